using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Copies finished disk images of one container to another, which may be in another region, account or tenant: the storage service of the
/// target reads the source's pages itself. The copy says itself how far it is, so that whoever continues needs to know nothing. Thread-
/// safe.
/// </summary>
/// <remarks>
/// An image has no digest: that the copy is whole is known by its length and by every window being done, each over TLS.
/// </remarks>
public sealed class ImageReplication(BlobContainerClient source, BlobContainerClient target, TimeProvider time)
{
    /// <summary>How long a signature is good for. One is made for each image and each call.</summary>
    private static readonly TimeSpan Signed = TimeSpan.FromHours(2);

    private readonly BlobFaults faults = new(
        target.Uri.GetLeftPart(UriPartial.Path),
        VaultUse.Write,
        "check the replica's URL for a typing error",
        ", or replicate to another account"
    );

    /// <returns>False: the time was over; the next call continues.</returns>
    /// <exception cref="ArchiveException">NotFound or Malformed: the vault's image isn't whole.</exception>
    public Task<bool> CopyAsync(string path, long bytes, ImmutabilityTerm? term, Func<bool> isOver, CancellationToken cancellation) =>
        faults.TranslateAsync(path, () => AdvanceAsync(path, bytes, term, isOver, cancellation), cancellation);

    private async Task<bool> AdvanceAsync(
        string path,
        long bytes,
        ImmutabilityTerm? term,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        var image = target.GetPageBlobClient(path);
        var there = await DiskImages.PropertiesAsync(image, cancellation);
        if (there is null || !ImageProgress.IsFinished(path, there.BlobSequenceNumber))
        {
            if (there is not null && (there.ContentLength != bytes || there.BlobType != BlobType.Page))
                throw new ArchiveException(
                    ArchiveFailure.Conflict,
                    $"{path} exists in the replica, and isn't this image: {Sizes(there, bytes)}"
                );
            var from = await OpenAsync(path, bytes, cancellation);
            if (there is null)
                await image.CreateAsync(bytes, new() { Conditions = new() { IfNoneMatch = ETag.All } }, cancellation);
            var done = there is null ? 0 : ImageProgress.DoneOf(path, there.BlobSequenceNumber);
            if (!await FillAsync(image, from, path, bytes, done, isOver, cancellation))
                return false;
        }
        if (term is { } asked)
            await new BlobImmutability(target).ExtendAsync(image, asked, cancellation);
        return true;
    }

    private static async Task<bool> FillAsync(
        PageBlobClient image,
        PageBlobClient from,
        string path,
        long bytes,
        long done,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        var copy = new PageCopy(from, image);
        for (var offset = done * ImageProgress.Window; offset < bytes; offset = ++done * ImageProgress.Window)
        {
            if (isOver())
                return false;
            var window = new HttpRange(offset, Math.Min(ImageProgress.Window, bytes - offset));
            var ranges = await from.GetPageRangesAsync(window, cancellationToken: cancellation);
            await copy.CopyAsync(ranges.Value.PageRanges, cancellation);
            await NoteAsync(image, ImageProgress.At(path, done + 1), cancellation);
        }
        await NoteAsync(image, ImageProgress.AtEnd(path), cancellation);
        return true;
    }

    private static Task NoteAsync(PageBlobClient image, long sequence, CancellationToken cancellation) =>
        image.UpdateSequenceNumberAsync(SequenceNumberAction.Update, sequence, cancellationToken: cancellation);

    /// <summary>With all that the target's service needs to read it.</summary>
    private async Task<PageBlobClient> OpenAsync(string path, long bytes, CancellationToken cancellation)
    {
        var image = source.GetPageBlobClient(path);
        var found = await DiskImages.PropertiesAsync(image, cancellation);
        if (found is null)
            throw new ArchiveException(ArchiveFailure.NotFound, $"{path} is missing in {source.Uri.GetLeftPart(UriPartial.Path)}");
        if (found.BlobType != BlobType.Page || found.ContentLength != bytes)
            throw new ArchiveException(ArchiveFailure.Malformed, $"{path} isn't the image that was captured: {Sizes(found, bytes)}");
        return new(await SignAsync(image, cancellation), BlobVaults.Options());
    }

    private async Task<Uri> SignAsync(PageBlobClient image, CancellationToken cancellation)
    {
        if (new BlobUriBuilder(image.Uri).Sas is not null)
            return image.Uri;
        var until = time.GetUtcNow() + Signed;
        if (image.CanGenerateSasUri)
            return image.GenerateSasUri(BlobSasPermissions.Read, until);
        var service = source.GetParentBlobServiceClient();
        var key = await service.GetUserDelegationKeyAsync(null, until, cancellation);
        var sas = new BlobSasBuilder(BlobSasPermissions.Read, until)
        {
            BlobContainerName = image.BlobContainerName,
            BlobName = image.Name,
            Resource = "b",
        };
        return new BlobUriBuilder(image.Uri) { Sas = sas.ToSasQueryParameters(key, service.AccountName) }.ToUri();
    }

    private static string Sizes(BlobProperties found, long bytes) => $"it has {found.ContentLength} bytes instead of {bytes}";
}
