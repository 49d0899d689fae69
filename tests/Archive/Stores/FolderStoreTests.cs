using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Archive.Tests.Stores;

public sealed class FolderStoreTests : BlobStoreSuite, IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("holdfast-folder-");
    private readonly FolderStore store;

    public FolderStoreTests() => store = new(Root, TimeProvider.System);

    protected override IBlobStore Store => store;

    private string Root => Path.Combine(parent.FullName, "deep", "vault");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public async Task Files_are_read_only_and_no_temporary_files_are_left()
    {
        await store.CreateAsync("clusters/a", "x"u8.ToArray(), null, default);
        await store.CreateAsync("clusters/a", "y"u8.ToArray(), null, default);

        Assert.True(File.GetAttributes(Path.Combine(Root, "clusters/a")).HasFlag(FileAttributes.ReadOnly));
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".holdfast", "tmp")));
    }

    [Fact]
    public async Task Temporary_files_of_a_killed_process_are_not_in_the_vault_and_are_removed_after_a_day()
    {
        var aside = Path.Combine(Root, ".holdfast", "tmp");
        Directory.CreateDirectory(aside);
        await File.WriteAllTextAsync(Path.Combine(aside, "holdfast-host-1-2-3.tmp"), "torn");
        File.SetLastWriteTimeUtc(Path.Combine(aside, "holdfast-host-1-2-3.tmp"), DateTime.UtcNow.AddDays(-2));
        await File.WriteAllTextAsync(Path.Combine(aside, "holdfast-host-1-2-4.tmp"), "torn");

        Assert.Empty(await store.ListAsync("", default).ToListAsync());
        await store.CreateAsync("a", "x"u8.ToArray(), null, default);

        Assert.Equal(["holdfast-host-1-2-4.tmp"], Directory.GetFiles(aside).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_foreign_file_is_listed_whatever_it_is_called()
    {
        Directory.CreateDirectory(Path.Combine(Root, "clusters", "a"));
        await File.WriteAllTextAsync(Path.Combine(Root, "clusters", "a", ".DS_Store"), "x");
        await File.WriteAllTextAsync(Path.Combine(Root, "clusters", "a", "ä b"), "x");

        Assert.Equal(
            ["clusters/a/.DS_Store", "clusters/a/ä b"],
            await store.ListAsync("clusters/a/", default).Select(e => e.Path).ToListAsync()
        );
    }

    [Fact]
    public async Task Immutability_ends_with_its_time()
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var timed = new FolderStore(Root, time);
        await timed.CreateAsync("a", "x"u8.ToArray(), new ImmutabilityTerm(time.GetUtcNow().AddDays(1)), default);
        await Assert.ThrowsAsync<ArchiveException>(() => timed.DeleteAsync("a", null, default));

        time.Advance(TimeSpan.FromDays(2));
        await timed.DeleteAsync("a", null, default);

        Assert.Null(await timed.ReadAsync("a", null, default));
    }

    [Fact]
    public async Task A_full_disk_is_reported_as_full()
    {
        // /dev/full answers every write with ENOSPC, as a full disk does.
        Skip.IfNot(File.Exists("/dev/full"));
        var fault = await Record.ExceptionAsync(async () =>
        {
            await using var full = File.OpenWrite("/dev/full");
            full.Write("x"u8);
            full.Flush();
        });

        Assert.Equal(ArchiveFailure.Full, FolderFaults.Translate(fault!, "/vault", "a").Failure);
    }

    [Theory]
    [
        InlineData(30, ArchiveFailure.Forbidden),
        InlineData(13, ArchiveFailure.Forbidden),
        InlineData(122, ArchiveFailure.Full),
        InlineData(5, ArchiveFailure.Unreachable)
    ]
    public void Errors_of_the_file_system_are_distinguished(int errno, ArchiveFailure failure)
    {
        var translated = FolderFaults.Translate(new IOException("injected", errno), "/vault", "a");

        Assert.Equal(failure, translated.Failure);
        Assert.Contains("/vault", translated.Message);
    }

    [Fact]
    public async Task A_folder_whose_clock_can_not_be_read_does_not_have_this_machines()
    {
        await File.WriteAllTextAsync(Path.Combine(parent.FullName, "file"), "x");
        var misplaced = new FolderStore(Path.Combine(parent.FullName, "file"), TimeProvider.System);

        await Assert.ThrowsAsync<ArchiveException>(() => misplaced.NowAsync(default));
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_explained()
    {
        await File.WriteAllTextAsync(Path.Combine(parent.FullName, "file"), "x");
        var misplaced = new FolderStore(Path.Combine(parent.FullName, "file"), TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ArchiveException>(() => misplaced.CreateAsync("a", "x"u8.ToArray(), null, default));

        Assert.Contains(misplaced.Location, failure.Message);
    }
}
