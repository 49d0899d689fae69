using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Control.Policies;
using Holdfast.Manifests;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Running;

/// <summary>Finds the volumes of a scope, and decides how each is protected. Only reads.</summary>
/// <param name="disks">Null: no snapshot of a disk can be taken directly.</param>
/// <param name="files">How files are exported; null: they aren't.</param>
/// <param name="cloud">Where the cluster is; null: nothing is known of it.</param>
internal sealed class VolumePlanner(ClusterConnection connection, ICloudDisks? disks, CloudVolumes? cloud, FilePlan? files)
{
    private const string NotServed =
        "the cluster doesn't serve snapshot.storage.k8s.io: install the CSI snapshot controller and its definitions";

    private const string NotExported =
        "; nor are its files exported, which is done from a snapshot: move it to a driver that takes snapshots, or back it up from a Pod "
        + "of its application";

    /// <summary>Pods of more namespaces than these are read in one list of all.</summary>
    private const int MostLists = 20;

    private static readonly SnapshotClasses None = new([]);

    private readonly ObjectLists lists = new(connection);

    /// <returns>A plan without volumes where the scope has none: that costs two short lists.</returns>
    /// <exception cref="ClusterException">The cluster as a whole can't be reached, or doesn't accept the credentials.</exception>
    public async Task<VolumePlan> PlanAsync(CaptureScope scope, VolumeHandling handling, CancellationToken cancellation)
    {
        var both = await Task.WhenAll(ListAsync(VolumeTypes.Claims, cancellation), ListAsync(VolumeTypes.Volumes, cancellation));
        var ((claims, unlisted), (volumes, hidden)) = (both[0], both[1]);
        if (unlisted is not null)
            return VolumePlan.Nothing with { Unlisted = unlisted, RequiresProtection = handling == VolumeHandling.Snapshot };
        if (claims.Count == 0 && volumes.Count == 0)
            return VolumePlan.Nothing;
        var labelled = await LabelledAsync(cancellation);
        var selected = new SelectedVolumes(scope, labelled);
        var found = FoundVolumes.Of(claims, volumes, selected, hidden);
        if (found.IsEmpty)
            return VolumePlan.Nothing;
        found = found.With(await PodsAsync(found.Namespaces, cancellation));
        var (api, groupApi, classes, why) = await SnapshotsAsync(handling, cancellation);
        var planned = found.Records.Select(v => (Volume: Plan(v, handling, classes, why), v.Claim)).ToList();
        var groups = new SnapshotGroups(claims, await GroupClassesAsync(planned, groupApi, cancellation));
        return new()
        {
            Volumes = VolumeBatches.Number([.. groups.Group(planned)]),
            Groups = groups.Found,
            GroupVersion = groupApi?.Groups.Version,
            SnapshotVersion = api?.Snapshots.Version,
            Files = files,
            Scope = scope,
            LabelledNamespaces = labelled,
            RequiresProtection = handling == VolumeHandling.Snapshot,
            Cloud = cloud,
        };
    }

    /// <returns>With why they can't be listed; none where the API server doesn't serve them.</returns>
    private async Task<(List<JsonObject> Objects, string? Problem)> ListAsync(ApiResource type, CancellationToken cancellation)
    {
        try
        {
            return (await lists.ReadAsync(type, null, cancellation), null);
        }
        catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
        {
            return ([], e.Failure == ClusterFailure.NotFound ? null : e.Message);
        }
    }

    private async Task<ImmutableArray<string>> LabelledAsync(CancellationToken cancellation) =>
        [
            .. await lists.ReadAsync(
                new(VolumeTypes.Namespaces, null) { LabelSelector = $"{KnownLabels.Exclude}=true" },
                n => n.Object("metadata").Text("name"),
                cancellation
            ),
        ];

    /// <summary>The running pods that mount claims.</summary>
    private async Task<List<MountingPod>> PodsAsync(IReadOnlyCollection<string> namespaces, CancellationToken cancellation)
    {
        try
        {
            if (namespaces.Count > MostLists)
                return await lists.ReadAsync(new(VolumeTypes.Pods, null), MountingPod.Of, cancellation);
            var each = namespaces.Select(n => lists.ReadAsync(new(VolumeTypes.Pods, n), MountingPod.Of, cancellation));
            return [.. (await Task.WhenAll(each)).SelectMany(p => p)];
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden)
        {
            // who mounts a claim is good to know, and needed for nothing else
            return [];
        }
    }

    private async Task<(SnapshotApi? Api, GroupApi? Groups, SnapshotClasses Classes, string? Why)> SnapshotsAsync(
        VolumeHandling handling,
        CancellationToken cancellation
    )
    {
        if (handling == VolumeHandling.None)
            return (null, null, None, "the capture was asked to protect no volume's data");
        var surface = await Discovery.ReadAsync(connection, cancellation);
        if (SnapshotApi.Of(surface) is not { } api)
            return (null, null, None, NotServed);
        var (classes, problem) = await ListAsync(api.Classes, cancellation);
        return (api, GroupApi.Of(surface), new(classes), problem);
    }

    /// <summary>Asked for only where claims could form a group. Without them each is snapshotted alone.</summary>
    private async Task<SnapshotClasses> GroupClassesAsync(
        IEnumerable<(PlannedVolume Volume, JsonObject? Claim)> planned,
        GroupApi? api,
        CancellationToken cancellation
    )
    {
        var candidates = planned.Where(v => v.Volume.Class is not null).GroupBy(v => v.Volume.Application);
        return api is not null && candidates.Any(a => a.Skip(1).Any()) ? new((await ListAsync(api.Classes, cancellation)).Objects) : None;
    }

    private PlannedVolume Plan(FoundVolume volume, VolumeHandling handling, SnapshotClasses classes, string? why)
    {
        var unprotected = volume.NoSnapshot ?? why;
        var choice = unprotected is null ? classes.For(volume.Record.Driver!, volume.Claim!) : new(null, unprotected);
        var disk = choice.Name is null && handling != VolumeHandling.None ? DiskOf(volume) : null;
        var isExported = files is not null && !volume.IsNotNeeded && volume.Claim is { } claim && files.Takes(claim);
        var problem = choice.Problem is { } missing && isExported ? missing + NotExported : choice.Problem;
        return new()
        {
            Record = volume.Record with { Reason = disk is null ? problem ?? "" : "" },
            Disk = disk,
            ExportsFiles = isExported,
            IsNotNeeded = volume.IsNotNeeded || handling == VolumeHandling.None,
            Class = choice.Name,
            Application = volume.Application,
        };
    }

    /// <summary>The disk of which the cloud is to take the snapshot itself; null: it can't, or none is wanted.</summary>
    private string? DiskOf(FoundVolume volume) =>
        cloud?.Cluster is not null && volume is { IsNotNeeded: false, Claim: not null } && disks?.Takes(volume.Record) == true
            ? volume.Record.Handle
            : null;
}
