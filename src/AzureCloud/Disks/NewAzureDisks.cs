using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Managed disks of Azure that restores make: of a snapshot or its copy (<c>Copy</c>), or of an image in the vault's storage account
/// (<c>Import</c>, with <c>sourceUri</c> and <c>storageAccountId</c>). Microsoft.Compute, api-version 2023-10-02, disk.json.
/// </summary>
/// <param name="container">Of the vault; null: it is a folder.</param>
public sealed class NewAzureDisks(ResourceClient client, BlobContainerClient? container) : INewDisks
{
    private const long Gigabyte = 1L << 30;

    /// <summary>How long one call waits for what it has begun: a disk of a snapshot takes a few seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly DiskResources resources = new(client);
    private readonly ImageSources images = new(client, container);

    public string Driver => DiskVolumes.CsiDriver;

    public bool Takes(VolumeRecord volume) => DiskVolumes.DiskOf(volume) is not null;

    public DiskSite? SiteOf(IReadOnlyCollection<JsonObject> nodes, AzureGroupId? group) => DiskPlaces.SiteOf(nodes, group);

    public async Task<DiskChoice> ChooseAsync(VolumeRecord volume, DiskWish wish, DiskSite site, CancellationToken cancellation)
    {
        var search = new DiskSearch(resources, images, volume, site);
        if (await search.RunAsync(cancellation) is not { } source)
            return new(null, [.. search.Notes]) { IsLost = search.IsLost };
        var kind = DiskKinds.KindOf(wish.Class, wish.Volume);
        var (zone, note) = DiskPlaces.ZoneFor(volume, kind, site);
        var bytes = Whole(Math.Max(source.Bytes ?? 0, wish.Bytes ?? 0));
        var disk = new NewDisk
        {
            From = source.From,
            Source = source.Location,
            Account = source.Account,
            Region = site.Region,
            Group = site.Group,
            Kind = kind,
            Zone = zone,
            Bytes = bytes,
            Topology = DiskPlaces.TopologyOf(kind, zone, site),
            FileSystem = volume.Mode == VolumeMode.Block ? null : DiskKinds.FileSystemOf(wish.Volume),
            Attributes = DiskKinds.AttributesFor(wish.Volume, volume.Mode != VolumeMode.Block && bytes > Whole(source.Bytes ?? bytes)),
        };
        return new(disk, note is null ? [.. search.Notes] : [.. search.Notes, note]);
    }

    public async Task<MadeDisk> MakeAsync(DiskOrder order, CancellationToken cancellation)
    {
        var id = IdOf(order);
        if (await resources.FindAsync(id.ToString(), cancellation) is { } found)
            return IsOf(found, order)
                ? StateOf(found)
                : throw new CloudException(CloudFailure.Invalid, $"a disk {id} is there, and isn't of this restore");
        var begun = await resources.MakeDiskAsync(
            id,
            order.Disk.Region,
            CreationOf(order.Disk),
            order.Disk.Kind,
            order.Disk.Zone,
            order.Disk.Bytes / Gigabyte,
            order.Tags,
            cancellation
        );
        // what it failed with is known only to the operation
        await client.FollowAsync(begun, Patience, cancellation);
        return await resources.FindAsync(id.ToString(), cancellation) is { } made ? StateOf(made) : new(id.ToString());
    }

    public async Task<bool> DeleteAsync(DiskOrder order, CancellationToken cancellation)
    {
        var id = IdOf(order).ToString();
        if (await resources.FindAsync(id, cancellation) is not { } found || !IsOf(found, order))
            return true;
        if (found.ManagedBy is not null)
            return false;
        await resources.DeleteAsync(id, cancellation);
        return true;
    }

    public string HandleOf(DiskOrder order) => IdOf(order).ToString();

    private static JsonObject CreationOf(NewDisk disk) =>
        disk.From == NewDiskSource.Image
            ? new()
            {
                ["createOption"] = "Import",
                ["sourceUri"] = disk.Source,
                ["storageAccountId"] = disk.Account,
            }
            : new() { ["createOption"] = "Copy", ["sourceResourceId"] = disk.Source };

    private static MadeDisk StateOf(SnapshotState disk) => new(disk.Id) { IsReady = disk.IsComplete, Problem = disk.Problem };

    /// <summary>The run's tag, and the same source: another plan, or someone else, may have taken the name.</summary>
    private static bool IsOf(SnapshotState found, DiskOrder order) =>
        found.Tags.GetValueOrDefault(DiskTags.Run) == order.Tags.GetValueOrDefault(DiskTags.Run)
        && string.Equals(found.Source, order.Disk.Source, StringComparison.OrdinalIgnoreCase);

    private static long Whole(long bytes) => (bytes + Gigabyte - 1) / Gigabyte * Gigabyte;

    private static AzureResourceId IdOf(DiskOrder order) =>
        AzureGroupId.TryParse(order.Disk.Group, out var group)
            ? group.Resource(DiskResources.DiskType, order.Name)
            : throw new CloudException(CloudFailure.Invalid, $"'{order.Disk.Group}' isn't the id of a resource group");
}
