using Holdfast.Archive.Format;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Disks;

/// <summary>What a disk is made from: the place of it, and where it is an image, the account.</summary>
/// <param name="Account">Set exactly for an image.</param>
/// <param name="Bytes">Of the disk; null: not known.</param>
internal sealed record DiskOrigin(NewDiskSource From, string Location, string? Account, long? Bytes);

/// <summary>
/// Looks for what a disk can be made of in a site's region, for one volume: the copy that was made for that region, if there is one, since
/// the snapshot is then in another; otherwise the snapshot; otherwise the image. A region that doesn't answer, as one that is lost, hides
/// only what is in it. Used once.
/// </summary>
internal sealed class DiskSearch(DiskResources resources, ImageSources images, VolumeRecord volume, DiskSite site)
{
    /// <summary>An image ends with the footer of a VHD, which isn't part of the disk.</summary>
    private const int Footer = 512;

    private readonly List<string> notes = [];
    private CloudException? unanswered;

    /// <summary>Why what was looked at can't be used.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>The snapshot is gone, or in another region.</summary>
    public bool IsLost { get; private set; }

    /// <returns>Null: nothing can be used.</returns>
    /// <exception cref="CloudException">What may be there can't be asked now; or Azure doesn't know us.</exception>
    public async Task<DiskOrigin?> RunAsync(CancellationToken cancellation)
    {
        foreach (var copy in (volume.Snapshot?.Copies ?? []).Where(c => c.Region == site.Region))
            if (await TryAsync(() => SnapshotAsync(NewDiskSource.Copy, copy.Handle, cancellation)) is { } copied)
                return copied;
        if (
            volume.Snapshot is { } snapshot
            && await TryAsync(() => SnapshotAsync(NewDiskSource.Snapshot, snapshot.Handle, cancellation)) is { } cut
        )
            return cut;
        if (
            volume.Export is { Kind: VolumeExportKind.DiskImage } export
            && await TryAsync(() => ImageAsync(export, cancellation)) is { } image
        )
            return image;
        return unanswered is null ? null : throw unanswered;
    }

    /// <summary>What refuses one source may still allow the next.</summary>
    private async Task<DiskOrigin?> TryAsync(Func<Task<DiskOrigin?>> look)
    {
        try
        {
            return await look();
        }
        catch (CloudException e) when (e.Failure is not (CloudFailure.NotAuthenticated or CloudFailure.Throttled))
        {
            if (e.IsTransient)
                unanswered ??= e;
            notes.Add(e.Message);
            return null;
        }
    }

    private async Task<DiskOrigin?> SnapshotAsync(NewDiskSource from, string handle, CancellationToken cancellation)
    {
        if (DiskVolumes.SnapshotOf(handle) is not { } id)
        {
            notes.Add($"its snapshot {handle} isn't one of Azure");
            return null;
        }
        var state = await resources.FindAsync(id.ToString(), cancellation);
        var lost = state switch
        {
            null => $"its snapshot {id} is gone",
            { Region: var region } when region != site.Region => $"its snapshot {id} is in {region}, the target in {site.Region}",
            { Problem: { } problem } => $"its snapshot {id} can't be used: {problem}",
            _ => null,
        };
        if (lost is null && state!.IsComplete)
            return new(from, state.Id, null, state.Bytes ?? volume.Snapshot!.RestoreBytes);
        notes.Add(lost ?? $"its snapshot {id} isn't complete yet");
        IsLost |= lost is not null && from == NewDiskSource.Snapshot;
        return null;
    }

    private async Task<DiskOrigin?> ImageAsync(VolumeExport export, CancellationToken cancellation)
    {
        var (url, account, problem) = await images.FindAsync(export, site.Region, Subscriptions(), cancellation);
        if (problem is null)
            return new(NewDiskSource.Image, url!, account!.Id, export.Bytes - Footer);
        notes.Add(problem);
        return null;
    }

    private IEnumerable<string> Subscriptions()
    {
        if (AzureGroupId.TryParse(site.Group, out var group))
            yield return group.Resource(DiskResources.DiskType, "x").Subscription;
        if (DiskVolumes.SnapshotOf(volume.Snapshot?.Handle) is { } snapshot)
            yield return snapshot.Subscription;
    }
}
