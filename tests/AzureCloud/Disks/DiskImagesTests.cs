using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.Tests.Blobs;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Transfers;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>
/// Azurite has no Put Page From URL, so that pages pass through the process here; and no immutability. Copies within the account, page
/// ranges and sequence numbers are Azurite's.
/// </summary>
public sealed class DiskImagesTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private static readonly CloudVolumes Images = new() { Images = true };
    private DiskCloud cloud = null!;
    private BlobContainerClient container = null!;
    private DiskImages images = null!;

    public async Task InitializeAsync()
    {
        cloud = await DiskCloud.StartAsync();
        container = BlobVaults.ClientOf(azurite.Azurite.NewContainer(), azurite.Azurite.ConnectionString);
        await container.CreateAsync();
        images = new(cloud.Client(), container, cloud.Time, cloud.Access());
        Write(0, 3 * PageCopy.Piece);
        Write(700L << 20, 4096);
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    [Fact]
    public async Task An_image_is_the_disk_byte_for_byte_with_the_footer_of_a_VHD()
    {
        var subject = await cloud.CutAsync("run-1", Images);

        var export = (await FinishAsync(subject)).Export!;

        Assert.Equal(VolumeExportKind.DiskImage, export.Kind);
        Assert.Equal((1L << 30) + 512, export.Bytes);
        var image = Image(export);
        await AssertSameAsync(subject, image);
        Assert.Equal("conectix"u8.ToArray(), await ReadAsync(image, 1L << 30, 8));
        Assert.Equal(0, cloud.Disks.Store.Endpoint.Active);
    }

    [Fact]
    public async Task Only_what_was_written_is_read()
    {
        var subject = await cloud.CutAsync("run-1", Images);

        await FinishAsync(subject);

        // three pieces, one page range and the footer
        Assert.Equal(5, cloud.Disks.Store.Endpoint.Reads);
    }

    [Fact]
    public async Task The_next_image_of_a_disk_reads_only_what_has_changed()
    {
        await FinishAsync(await cloud.CutAsync("run-1", Images));
        var before = cloud.Disks.Store.Endpoint.Reads;
        cloud.Time.Now += TimeSpan.FromHours(1);
        Write(PageCopy.Piece, 512);
        cloud.Content(cloud.Disk).Clear(700L << 20, 4096);
        var subject = await cloud.CutAsync("run-2", Images);

        var export = (await FinishAsync(subject)).Export!;

        Assert.Equal(1, cloud.Disks.Store.Endpoint.Reads - before);
        await AssertSameAsync(subject, Image(export));
        Assert.Equal(new byte[4096], await ReadAsync(Image(export), 700L << 20, 4096));
        Assert.Equal(0, cloud.Disks.Store.Endpoint.Active);
    }

    [Fact]
    public async Task An_image_whose_base_is_gone_is_made_whole()
    {
        var first = await cloud.CutAsync("run-1", Images);
        await FinishAsync(first);
        await new AzureDisks(cloud.Client()).DeleteAsync(first.Cut.Handle!, default);
        cloud.Time.Now += TimeSpan.FromHours(1);
        var subject = await cloud.CutAsync("run-2", Images);

        await AssertSameAsync(subject, Image((await FinishAsync(subject)).Export!));
    }

    [Fact]
    public async Task An_image_is_continued_where_a_look_has_ended()
    {
        var subject = await cloud.CutAsync("run-1", Images);
        var path = (await FinishAsync(subject)).Export!.Location;
        var image = Image(path);
        var name = image.Name;
        await image.UpdateSequenceNumberAsync(Azure.Storage.Blobs.Models.SequenceNumberAction.Update, ImageProgress.At(name, 1));
        var before = cloud.Disks.Store.Endpoint.Reads;

        await FinishAsync(subject);

        // the first window is the disk, and the second its footer
        Assert.Equal(1, cloud.Disks.Store.Endpoint.Reads - before);
    }

    [Fact]
    public async Task A_finished_image_is_not_made_again()
    {
        var subject = await cloud.CutAsync("run-1", Images);
        var first = await FinishAsync(subject);
        var asked = cloud.Server.Requests.Count;

        Assert.Equal(first.Export, (await images.AdvanceAsync(subject, default)).Export);
        Assert.Equal(asked, cloud.Server.Requests.Count);
    }

    [Fact]
    public async Task A_vault_that_is_a_folder_gets_no_image_and_it_says_so()
    {
        var subject = await cloud.CutAsync("run-1", Images);

        var state = await new DiskImages(cloud.Client(), null, cloud.Time, cloud.Access()).AdvanceAsync(subject, default);

        Assert.True(state is { IsDone: true, Problem: not null, Export: null });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_release_takes_back_signatures_and_removes_what_no_point_names(bool isSealed)
    {
        var subject = await cloud.CutAsync("run-1", Images);
        var image = Image((await FinishAsync(subject)).Export!);
        await new DiskResources(cloud.Client()).OpenAsync(subject.Cut.Handle!, canWrite: false, default);

        await images.ReleaseAsync(subject, isSealed, default);
        await images.ReleaseAsync(subject, isSealed, default);

        Assert.Equal(isSealed, (await image.ExistsAsync()).Value);
        Assert.Equal(0, cloud.Disks.Store.Endpoint.Active);
    }

    [Fact]
    public async Task A_signature_is_taken_back_although_the_copy_failed()
    {
        var subject = await cloud.CutAsync("run-1", Images);
        await container.DeleteAsync();

        var state = await images.AdvanceAsync(subject, default);

        Assert.Null(state.Export);
        Assert.NotNull(state.Problem);
        Assert.DoesNotContain("sig=", state.Problem, StringComparison.Ordinal);
        Assert.Equal(0, cloud.Disks.Store.Endpoint.Active);
    }

    private void Write(long offset, int length) => cloud.Content(cloud.Disk).Write(offset, RandomNumberGenerator.GetBytes(length));

    private PageBlobClient Image(VolumeExport export) => Image(export.Location);

    private PageBlobClient Image(string location) => container.GetPageBlobClient(new BlobUriBuilder(new Uri(location)).BlobName);

    private async Task<TransferState> FinishAsync(TransferSubject subject)
    {
        TransferState? state = null;
        for (var look = 0; look < 20; look++)
        {
            Assert.Null(state?.Problem);
            state = await images.AdvanceAsync(subject, default);
            if (state.IsDone)
                return state;
        }
        throw new InvalidOperationException("it isn't done after twenty looks");
    }

    private async Task AssertSameAsync(TransferSubject subject, PageBlobClient image)
    {
        var content = cloud.Content(subject.Cut.Handle!);
        foreach (var (start, end) in content.Written())
            Assert.Equal(content.Read(start, (int)(end - start + 1)), await ReadAsync(image, start, (int)(end - start + 1)));
    }

    private static async Task<byte[]> ReadAsync(PageBlobClient blob, long offset, int length) =>
        (
            await blob.DownloadContentAsync(new Azure.Storage.Blobs.Models.BlobDownloadOptions { Range = new HttpRange(offset, length) })
        ).Value.Content.ToArray();
}
