using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Disks;

/// <summary>Incremental snapshots of Azure's managed disks.</summary>
public sealed class AzureDisks(ResourceClient client) : ICloudDisks
{
    private readonly DiskResources resources = new(client);

    public bool Takes(VolumeRecord volume) => DiskVolumes.DiskOf(volume) is not null;

    public async Task<DiskSnapshot> CutAsync(DiskSnapshotOrder order, CancellationToken cancellation)
    {
        var id = IdOf(order);
        if (await resources.FindAsync(id.ToString(), cancellation) is { } found)
            return Own(found, order);
        var disk =
            await resources.FindAsync(order.Disk, cancellation)
            ?? throw new CloudException(CloudFailure.NotFound, $"there is no disk {order.Disk}, or the app's identity can't see it");
        await resources.MakeSnapshotAsync(id, disk.Region, "Copy", order.Disk, order.Tags, cancellation);
        return await resources.FindAsync(id.ToString(), cancellation) is { } made ? Own(made, order) : new(id.ToString());
    }

    public async Task<DiskSnapshot?> FindAsync(string handle, CancellationToken cancellation) =>
        (await resources.FindAsync(handle, cancellation))?.ToSnapshot();

    public Task DeleteAsync(string handle, CancellationToken cancellation) => resources.DeleteAsync(handle, cancellation);

    public string HandleOf(DiskSnapshotOrder order) => IdOf(order).ToString();

    public async Task<ImmutableArray<DiskSnapshot>> TaggedAsync(
        AzureGroupId group,
        string tag,
        string value,
        CancellationToken cancellation
    ) =>
        [
            .. (await resources.SnapshotsAsync(group, cancellation))
                .Where(s => s.Tags.GetValueOrDefault(tag) == value)
                .Select(s => s.ToSnapshot()),
        ];

    /// <summary>A snapshot of the name that is of another disk was made by someone else.</summary>
    private static DiskSnapshot Own(SnapshotState found, DiskSnapshotOrder order) =>
        string.Equals(found.Source, order.Disk, StringComparison.OrdinalIgnoreCase)
            ? found.ToSnapshot()
            : throw new CloudException(CloudFailure.Conflict, $"the snapshot {found.Id} is there, and isn't of the disk {order.Disk}");

    private static AzureResourceId IdOf(DiskSnapshotOrder order) =>
        (order.Group ?? AzureGroupId.Of(AzureResourceId.Parse(order.Disk))).Resource(DiskResources.SnapshotType, order.Name);
}
