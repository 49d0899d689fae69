using Holdfast.TestKit.Files;

namespace Holdfast.Control.Tests;

/// <summary>A control folder that others can write to.</summary>
public sealed class IrregularDocumentTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("holdfast-control-");
    private readonly FolderDocuments store;

    public IrregularDocumentTests() => store = new(Root, TimeProvider.System);

    private string Root => Path.Combine(parent.FullName, "control");

    public void Dispose() => parent.Delete(recursive: true);

    public static TheoryData<Irregular> Kinds => [.. IrregularEntry.All];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_no_regular_file_is_no_document_and_keeps_no_other_from_being_read(Irregular kind)
    {
        await store.CreateAsync("policies/a.json", "1"u8.ToArray(), default);
        await store.CreateAsync("policies/b.json", "2"u8.ToArray(), default);
        await IrregularEntry.PutAsync(Path.Combine(Root, "policies", "a.json"), kind);

        var failure = await Assert.ThrowsAsync<ControlException>(() => store.ReadAsync("policies/a.json", default).WaitAsync(Patience));
        var written = await Assert.ThrowsAsync<ControlException>(() =>
            store.PutAsync("policies/a.json", "3"u8.ToArray(), default).WaitAsync(Patience)
        );

        Assert.Equal((ControlFailure.Malformed, ControlFailure.Malformed), (failure.Failure, written.Failure));
        Assert.Equal("2"u8.ToArray(), (await store.ReadAsync("policies/b.json", default))!.Content.ToArray());
    }

    [Theory]
    [InlineData("policies"), InlineData(".holdfast"), InlineData(".holdfast/tmp"), InlineData(".holdfast/locks")]
    public async Task Nothing_is_written_through_a_linked_folder(string folder)
    {
        await store.CreateAsync("policies/a.json", "1"u8.ToArray(), default);
        var elsewhere = Directory.CreateDirectory(Path.Combine(parent.FullName, "elsewhere")).FullName;
        Directory.Delete(Path.Combine(Root, folder), recursive: true);
        File.CreateSymbolicLink(Path.Combine(Root, folder), elsewhere);

        await Assert.ThrowsAsync<ControlException>(() =>
            new FolderDocuments(Root, TimeProvider.System).PutAsync("policies/b.json", "2"u8.ToArray(), default)
        );

        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task Folders_and_documents_are_their_owners_alone()
    {
        await store.CreateAsync("policies/a.json", "1"u8.ToArray(), default);

        foreach (
            var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(new DirectoryInfo(Root))
        )
            Assert.Equal(
                (entry.FullName, UnixFileMode.None),
                (entry.FullName, entry.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute))
            );
    }
}
