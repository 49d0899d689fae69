using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.Tests.Blobs;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>Azurite has no Put Page From URL, so that pages pass through the process here; signatures are checked by it.</summary>
public sealed class ImageReplicationTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const string Path = "clusters/prod/images/0123456789ab/run-1-0.vhd";
    private const long Bytes = ImageProgress.Window + (1 << 20) + 512;
    private BlobContainerClient source = null!;
    private BlobContainerClient target = null!;
    private ImageReplication images = null!;

    public async Task InitializeAsync()
    {
        source = BlobVaults.ClientOf(azurite.Azurite.NewContainer(), azurite.Azurite.ConnectionString);
        target = BlobVaults.ClientOf(azurite.Azurite.NewContainer(), azurite.Azurite.ConnectionString);
        await source.CreateAsync();
        await target.CreateAsync();
        images = new(source, target, TimeProvider.System);
        var image = source.GetPageBlobClient(Path);
        await image.CreateAsync(Bytes);
        await image.UploadPagesAsync(new MemoryStream(Pages(1)), 4096);
        await image.UploadPagesAsync(new MemoryStream(Pages(2)), Bytes - 512);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_image_is_copied_window_by_window_and_continued_where_it_was()
    {
        var looks = 0;

        Assert.False(await images.CopyAsync(Path, Bytes, null, () => Interlocked.Increment(ref looks) > 1, default));
        var halfway = (await target.GetPageBlobClient(Path).GetPropertiesAsync()).Value;
        Assert.False(ImageProgress.IsFinished(Path, halfway.BlobSequenceNumber));
        Assert.Equal(1, ImageProgress.DoneOf(Path, halfway.BlobSequenceNumber));
        Assert.True(await images.CopyAsync(Path, Bytes, null, static () => false, default));
        Assert.True(await images.CopyAsync(Path, Bytes, null, static () => true, default));

        Assert.Equal(Pages(1), await ReadAsync(4096));
        Assert.Equal(Pages(2), await ReadAsync(Bytes - 512));
        Assert.Equal(new byte[512], await ReadAsync(0));
    }

    [Fact]
    public async Task What_isn_t_the_image_that_was_captured_is_not_copied()
    {
        var missing = await Assert.ThrowsAsync<ArchiveException>(() => CopyAsync("clusters/prod/images/0123456789ab/none.vhd", Bytes));
        var other = await Assert.ThrowsAsync<ArchiveException>(() => CopyAsync(Path, Bytes + 512));
        await target.GetPageBlobClient(Path).CreateAsync(512);
        var taken = await Assert.ThrowsAsync<ArchiveException>(() => CopyAsync(Path, Bytes));

        Assert.Equal(
            (ArchiveFailure.NotFound, ArchiveFailure.Malformed, ArchiveFailure.Conflict),
            (missing.Failure, other.Failure, taken.Failure)
        );
        Assert.Equal(512, (await target.GetPageBlobClient(Path).GetPropertiesAsync()).Value.ContentLength);
    }

    private Task<bool> CopyAsync(string path, long bytes) => images.CopyAsync(path, bytes, null, static () => false, default);

    private static byte[] Pages(byte value)
    {
        var pages = new byte[512];
        pages.AsSpan().Fill(value);
        return pages;
    }

    private async Task<byte[]> ReadAsync(long offset)
    {
        var range = new BlobDownloadOptions { Range = new(offset, 512) };
        return (await target.GetPageBlobClient(Path).DownloadContentAsync(range)).Value.Content.ToArray();
    }
}
