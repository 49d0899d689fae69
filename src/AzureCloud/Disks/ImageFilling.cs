using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Fills an image with the content of a snapshot, window by window, and continues where an earlier look, or another process, was. The blob
/// itself says how far it is (<see cref="ImageProgress"/>), and what it began as.
/// </summary>
/// <param name="path">Of the image in the container.</param>
internal sealed class ImageFilling(
    DiskResources resources,
    BlobContainerClient container,
    string path,
    AzureResourceId snapshot,
    BlobClientOptions? access,
    TimeProvider time
)
{
    /// <summary>Metadata of an image: the snapshot that it is of, and the one whose image it was copied from.</summary>
    private const string OfSnapshot = "holdfastsnapshot";
    private const string OnSnapshot = "holdfastbase";

    private readonly PageBlobClient image = container.GetPageBlobClient(path);

    /// <param name="properties">Of the image; null: there is none yet.</param>
    /// <param name="until">When this look is to end.</param>
    /// <returns>Whether the image is finished.</returns>
    public async Task<bool> AdvanceAsync(BlobProperties? properties, DateTimeOffset until, CancellationToken cancellation)
    {
        if (properties?.BlobCopyStatus is CopyStatus.Failed or CopyStatus.Aborted)
        {
            await image.DeleteIfExistsAsync(cancellationToken: cancellation);
            properties = null;
        }
        else if (properties is null && await CopyBaseAsync(cancellation))
            return false;
        var before = properties?.Metadata.TryGetValue(OnSnapshot, out var named) == true ? named : null;
        var done = properties is null ? 0 : ImageProgress.DoneOf(path, properties.BlobSequenceNumber);
        try
        {
            return await FillAsync(properties, before, done, until, cancellation);
        }
        finally
        {
            // whatever happened, and although the look was cancelled: a signature is never left behind on purpose
            await CloseAsync(before);
        }
    }

    private async Task<bool> FillAsync(
        BlobProperties? properties,
        string? before,
        long done,
        DateTimeOffset until,
        CancellationToken cancellation
    )
    {
        var source = await OpenAsync(snapshot.ToString(), cancellation);
        var length = (await source.GetPropertiesAsync(cancellationToken: cancellation)).Value.ContentLength;
        if (properties is null)
            await CreateAsync(length, cancellation);
        var previous = before is null ? null : (await OpenAsync(before, cancellation)).Uri;
        var copy = new PageCopy(source, image);
        var windows = (length + ImageProgress.Window - 1) / ImageProgress.Window;
        for (; done < windows; done++)
        {
            if (time.GetUtcNow() >= until)
                return false;
            var offset = done * ImageProgress.Window;
            var window = new HttpRange(offset, Math.Min(ImageProgress.Window, length - offset));
            await CopyAsync(copy, source, window, previous, cancellation);
            await NoteAsync(ImageProgress.At(path, done + 1), cancellation);
        }
        await NoteAsync(ImageProgress.AtEnd(path), cancellation);
        return true;
    }

    private static async Task CopyAsync(
        PageCopy copy,
        PageBlobClient source,
        HttpRange window,
        Uri? previous,
        CancellationToken cancellation
    )
    {
        var ranges = previous is null
            ? await source.GetPageRangesAsync(window, cancellationToken: cancellation)
            : await source.GetManagedDiskPageRangesDiffAsync(window, previousSnapshotUri: previous, cancellationToken: cancellation);
        await copy.ClearAsync(ranges.Value.ClearRanges, cancellation);
        await copy.CopyAsync(ranges.Value.PageRanges, cancellation);
    }

    private Task NoteAsync(long sequence, CancellationToken cancellation) =>
        image.UpdateSequenceNumberAsync(SequenceNumberAction.Update, sequence, cancellationToken: cancellation);

    private async Task CreateAsync(long length, CancellationToken cancellation)
    {
        var options = new PageBlobCreateOptions
        {
            Metadata = new Dictionary<string, string> { [OfSnapshot] = snapshot.ToString() },
            Conditions = new() { IfNoneMatch = ETag.All },
        };
        await image.CreateAsync(length, options, cancellation);
    }

    /// <summary>Begins as the newest finished image of the disk whose snapshot the changes can be asked against.</summary>
    /// <returns>False: there is none, or it can't be copied.</returns>
    private async Task<bool> CopyBaseAsync(CancellationToken cancellation)
    {
        if (await BaseAsync(cancellation) is not { } found)
            return false;
        var metadata = new Dictionary<string, string> { [OfSnapshot] = snapshot.ToString(), [OnSnapshot] = found.Snapshot };
        var options = new BlobCopyFromUriOptions
        {
            Metadata = metadata,
            DestinationConditions = new() { IfNoneMatch = ETag.All },
        };
        try
        {
            await image.StartCopyFromUriAsync(container.GetPageBlobClient(found.Path).Uri, options, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403 or 404)
        {
            // not every way to sign in may read the source too
            return false;
        }
    }

    private async Task<(string Path, string Snapshot)?> BaseAsync(CancellationToken cancellation)
    {
        if (await resources.FindAsync(snapshot.ToString(), cancellation) is not { IsIncremental: true, Family: { } family } own)
            return null;
        var candidates = new List<(string Path, string Snapshot, SnapshotState State)>();
        var folder = path[..(path.LastIndexOf('/') + 1)];
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, folder, cancellation))
            if (
                IsFinished(blob)
                && blob.Metadata.TryGetValue(OfSnapshot, out var of)
                && await resources.FindAsync(of, cancellation) is { } was
            )
                candidates.Add((blob.Name, of, was));
        var best = candidates
            .Where(c => c.State.Family == family && c.State.Bytes == own.Bytes && c.State.Created < own.Created)
            .OrderByDescending(c => c.State.Created)
            .FirstOrDefault();
        return best.Path is null ? null : (best.Path, best.Snapshot);
    }

    private static bool IsFinished(BlobItem blob) =>
        blob.Properties is { BlobType: BlobType.Page, BlobSequenceNumber: { } sequence } && ImageProgress.IsFinished(blob.Name, sequence);

    private async Task<PageBlobClient> OpenAsync(string id, CancellationToken cancellation) =>
        new(await resources.OpenAsync(id, canWrite: false, cancellation), access ?? BlobVaults.Options());

    private async Task CloseAsync(string? before)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), time);
        foreach (var id in new[] { snapshot.ToString(), before }.OfType<string>())
            // whatever it fails with: the release takes the access back, and it ends by itself within the hour
            await resources.CloseAsync(id, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
