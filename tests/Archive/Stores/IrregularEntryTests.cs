using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Stores;

/// <summary>A folder vault that other users can write to.</summary>
public sealed class IrregularEntryTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly SampleSegment[] Shop = [new("configmaps", "shop", """{"metadata":{"name":"a"}}""")];

    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("holdfast-vault-");
    private FolderStore store = null!;
    private SealedPoint point = null!;

    private string Root => Path.Combine(parent.FullName, "vault");

    public async Task InitializeAsync()
    {
        store = new(Root, TimeProvider.System);
        point = await SamplePoint.WriteAsync(store, Shop);
    }

    public Task DisposeAsync()
    {
        parent.Delete(recursive: true);
        return Task.CompletedTask;
    }

    public static TheoryData<string, Irregular> Places()
    {
        var places = new TheoryData<string, Irregular>();
        foreach (var place in (string[])["marker", "seal", "inventory", "pack"])
        foreach (var kind in IrregularEntry.All)
            places.Add(place, kind);
        return places;
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public async Task An_irregular_file_is_malformed_and_never_blocks(string place, Irregular kind)
    {
        var path = await PathOfAsync(place);
        await IrregularEntry.PutAsync(Path.Combine(Root, path), kind);

        var failure = await Assert.ThrowsAsync<ArchiveException>(() => store.ReadAsync(path, null, default).WaitAsync(Patience));
        var range = await Assert.ThrowsAsync<ArchiveException>(() => store.ReadRangeAsync(path, null, 0, 1, default).WaitAsync(Patience));
        var written = await Assert.ThrowsAsync<ArchiveException>(() =>
            store.CreateAsync(path, "x"u8.ToArray(), null, default).WaitAsync(Patience)
        );
        var opened = await Record.ExceptionAsync(() => ReadAllAsync().WaitAsync(Patience));

        Assert.Equal(
            [ArchiveFailure.Malformed, ArchiveFailure.Malformed, ArchiveFailure.Malformed],
            [failure.Failure, range.Failure, written.Failure]
        );
        Assert.Contains(path, failure.Message);
        Assert.Equal(ArchiveFailure.Malformed, Assert.IsType<ArchiveException>(opened).Failure);
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public async Task Verify_names_it_and_continues_to_the_end(string place, Irregular kind)
    {
        var path = await PathOfAsync(place);
        await IrregularEntry.PutAsync(Path.Combine(Root, path), kind);

        var report = await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default).WaitAsync(Patience);

        Assert.False(report.Intact);
        Assert.Contains(report.Findings, f => f.IsDamage && f.Path.StartsWith(path, StringComparison.Ordinal));
    }

    [Theory]
    [
        InlineData(".holdfast"),
        InlineData(".holdfast/tmp"),
        InlineData("clusters"),
        InlineData("clusters/prod"),
        InlineData("clusters/prod/packs"),
        InlineData("clusters/prod/points")
    ]
    public async Task Nothing_is_written_deleted_or_read_through_a_linked_folder(string folder)
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(parent.FullName, "elsewhere")).FullName;
        foreach (var name in (string[])["holdfast-host-1-2-3.tmp", "report"])
        {
            await File.WriteAllTextAsync(Path.Combine(elsewhere, name), "a stranger's");
            File.SetLastWriteTimeUtc(Path.Combine(elsewhere, name), DateTime.UtcNow.AddDays(-30));
        }
        Directory.Move(Path.Combine(Root, folder), Path.Combine(parent.FullName, "moved"));
        File.CreateSymbolicLink(Path.Combine(Root, folder), elsewhere);
        var another = new FolderStore(Root, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            SamplePoint.WriteAsync(another, [new("secrets", "shop", """{"metadata":{"name":"s"}}""")])
        );

        Assert.Equal(ArchiveFailure.Malformed, failure.Failure);
        Assert.Equal(
            ["holdfast-host-1-2-3.tmp", "report"],
            Directory
                .GetFileSystemEntries(elsewhere, "*", SearchOption.AllDirectories)
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("clusters/prod/packs"), InlineData("clusters/prod/points")]
    public async Task A_linked_folder_is_damage_though_what_it_leads_to_is_whole(string folder)
    {
        var moved = Path.Combine(parent.FullName, "moved");
        Directory.Move(Path.Combine(Root, folder), moved);
        File.CreateSymbolicLink(Path.Combine(Root, folder), moved);

        var report = await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);

        Assert.Contains(report.Findings, f => f.IsDamage && f.Path == folder);
    }

    [Fact]
    public async Task The_vaults_own_path_may_lead_over_a_link()
    {
        var link = Path.Combine(parent.FullName, "link");
        File.CreateSymbolicLink(link, Root);

        Assert.NotNull(await new FolderStore(link, TimeProvider.System).ReadAsync(VaultPaths.Marker, null, default));
    }

    [Fact]
    public async Task Only_files_with_our_names_are_removed_from_the_temporary_folder()
    {
        var aside = Path.Combine(Root, ".holdfast", "tmp");
        string[] names = ["holdfast-host-12-345-6.tmp", "report-2024-11-05", "host-12-345-6"];
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(Path.Combine(aside, name), "torn");
            File.SetLastWriteTimeUtc(Path.Combine(aside, name), DateTime.UtcNow.AddDays(-2));
        }

        await new FolderStore(Root, TimeProvider.System).CreateAsync("a", "x"u8.ToArray(), null, default);

        Assert.Equal(
            names[1..].Order(StringComparer.Ordinal),
            Directory.GetFiles(aside).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Dropping_immutability_deletes_no_foreign_files()
    {
        var until = Path.Combine(Root, ".holdfast", "until", "a");
        await store.CreateAsync("a", "x"u8.ToArray(), new ImmutabilityTerm(DateTimeOffset.UtcNow.AddMilliseconds(-10)), default);
        await File.WriteAllTextAsync(Path.Combine(until, "notes.txt"), "a stranger's");
        var later = new FolderStore(Root, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(1)));

        await later.DeleteAsync("a", null, default);

        Assert.Equal(["notes.txt"], Directory.GetFiles(until).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_blob_that_is_larger_than_its_kind_may_be_is_not_read()
    {
        await using (var large = File.OpenWrite(Path.Combine(Root, "clusters", "prod", "points", $"{point.Id}", "expired.json")))
            large.SetLength(1L << 40);

        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            store.ReadAsync(VaultPaths.Expired(SamplePoint.Cluster, point.Id), null, default)
        );

        Assert.Equal(ArchiveFailure.Malformed, failure.Failure);
    }

    [Fact]
    public async Task Folders_and_files_are_their_owners_alone()
    {
        await store.CreateAsync("a", "x"u8.ToArray(), new ImmutabilityTerm(DateTimeOffset.UtcNow.AddDays(1)), default);

        foreach (
            var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(new DirectoryInfo(Root))
        )
            Assert.Equal(
                (entry.FullName, UnixFileMode.None),
                (entry.FullName, entry.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute))
            );
    }

    private async Task<string> PathOfAsync(string place) =>
        place switch
        {
            "marker" => VaultPaths.Marker,
            "seal" => VaultPaths.Seal(SamplePoint.Cluster, point.Id),
            "inventory" => VaultPaths.Inventory(SamplePoint.Cluster, point.Id),
            _ => (await store.ListAsync(VaultPaths.Packs(SamplePoint.Cluster), default).FirstAsync()).Path,
        };

    private async Task ReadAllAsync()
    {
        var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default);
        foreach (var segment in reader.Inventory.Segments)
            await reader.ReadSegmentAsync(segment, default).CountAsync();
    }
}
