using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Transfers;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Images of snapshots in the vault's container: a page blob each, a fixed VHD as any tool reads it, locked until the point's time. Only
/// what was ever written is copied; where the image of an earlier snapshot of the disk is there, it is copied within the account, and only
/// what has changed since comes from the snapshot.
/// </summary>
/// <param name="container">Of the vault; null: it is a folder.</param>
/// <param name="access">Reads the snapshots' content; null: as usual.</param>
public sealed class DiskImages(ResourceClient client, BlobContainerClient? container, TimeProvider time, BlobClientOptions? access = null)
    : IVolumeTransfer
{
    /// <summary>How long one look copies.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(40);

    private readonly DiskResources resources = new(client);

    public bool Applies(VolumePlan plan, PlannedVolume volume) =>
        plan.Cloud is { Images: true } && DiskVolumes.DiskOf(volume.Record) is not null;

    public async Task<TransferState> AdvanceAsync(TransferSubject subject, CancellationToken cancellation)
    {
        if (container is null)
            return TransferState.Failed("an image of its disk can't be written: the vault is a folder, and images go into blob storage");
        if (DiskVolumes.SnapshotOf(subject.Cut.Handle) is not { } snapshot)
            return TransferState.Failed($"its snapshot {subject.Cut.Handle} isn't one of Azure, of which an image can be made");
        try
        {
            return await AdvanceAsync(container, subject, snapshot, cancellation);
        }
        catch (CloudException e) when (!e.IsTransient)
        {
            return TransferState.Failed($"an image of its disk can't be written: {e.Message}");
        }
        catch (RequestFailedException e) when (IsLasting(e))
        {
            return TransferState.Failed($"an image of its disk can't be written: storage refuses ({e.Status} {e.ErrorCode})");
        }
        catch (RequestFailedException e)
        {
            // its own message may quote a signature
            return TransferState.UnderWay with { Problem = $"storage refuses or fails ({$"{e.Status} {e.ErrorCode}".TrimEnd()})" };
        }
    }

    /// <summary>Waiting doesn't help: it isn't allowed, or what is there is immutable.</summary>
    private static bool IsLasting(RequestFailedException refused) =>
        refused.Status is 401 or 403 || refused.ErrorCode?.StartsWith("BlobImmutable", StringComparison.Ordinal) == true;

    /// <summary>Signatures are taken back; without a point, or unfinished, the image goes.</summary>
    public async Task ReleaseAsync(TransferSubject subject, bool isSealed, CancellationToken cancellation)
    {
        if (container is null || DiskVolumes.SnapshotOf(subject.Cut.Handle) is not { } snapshot)
            return;
        await resources.CloseAsync(snapshot.ToString(), cancellation);
        var path = PathOf(subject);
        var image = container.GetPageBlobClient(path);
        if (
            await PropertiesAsync(image, cancellation) is { } found
            && !(isSealed && ImageProgress.IsFinished(path, found.BlobSequenceNumber))
        )
            await image.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellation);
    }

    private async Task<TransferState> AdvanceAsync(
        BlobContainerClient images,
        TransferSubject subject,
        AzureResourceId snapshot,
        CancellationToken cancellation
    )
    {
        var path = PathOf(subject);
        var image = images.GetPageBlobClient(path);
        var properties = await PropertiesAsync(image, cancellation);
        if (properties?.BlobCopyStatus == CopyStatus.Pending)
            return TransferState.UnderWay;
        if (properties is null || !ImageProgress.IsFinished(path, properties.BlobSequenceNumber))
        {
            var filling = new ImageFilling(resources, images, path, snapshot, access, time);
            if (!await filling.AdvanceAsync(properties, time.GetUtcNow() + Look, cancellation))
                return TransferState.UnderWay;
            properties = (await image.GetPropertiesAsync(cancellationToken: cancellation)).Value;
        }
        if (ImmutabilityTerm.Of(subject.Plan.Cloud!.KeepUntil, subject.Plan.Cloud.KeepMode) is { } term)
            await new BlobImmutability(images).ExtendAsync(image, term, cancellation);
        return new()
        {
            IsDone = true,
            Export = new()
            {
                Kind = VolumeExportKind.DiskImage,
                Location = image.Uri.GetLeftPart(UriPartial.Path),
                Bytes = properties.ContentLength,
            },
        };
    }

    /// <returns>Null: there is no such blob.</returns>
    internal static async Task<BlobProperties?> PropertiesAsync(PageBlobClient blob, CancellationToken cancellation)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>The images of a disk are in a folder of its own.</summary>
    private static string PathOf(TransferSubject subject)
    {
        var disk = SHA256.HashData(Encoding.UTF8.GetBytes(DiskVolumes.DiskOf(subject.Volume.Record)!.ToString().ToLowerInvariant()));
        return VaultPaths.Image(subject.Cluster, Convert.ToHexStringLower(disk)[..12], NameOf(subject));
    }

    private static string NameOf(TransferSubject subject) =>
        DiskTags.NameOf(subject.Run, subject.Volume.Number!.Value)["holdfast-".Length..];
}
