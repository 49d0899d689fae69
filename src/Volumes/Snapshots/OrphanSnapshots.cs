using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Collects what captures that died have left in a cluster: their VolumeSnapshots and contents, and the storage's snapshots that no point
/// refers to.
/// </summary>
/// <param name="groups">Null: the cluster serves no group snapshots.</param>
/// <param name="names">Of this capture.</param>
/// <param name="cluster">The name under which its points are.</param>
internal sealed class OrphanSnapshots(
    ClusterConnection connection,
    SnapshotApi api,
    GroupObjects? groups,
    SnapshotNames names,
    IBlobStore vault,
    ClusterName cluster,
    TimeProvider time
)
{
    /// <summary>No capture seals later than this after it began.</summary>
    private static readonly TimeSpan Age = RecoveryPointWriter.SealingLimit;

    /// <summary>Between the clocks of the cluster, of its storage and of captures.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromDays(1);

    private readonly ObjectLists lists = new(connection);

    /// <exception cref="Clusters.ClusterException">The first that can't be removed; all others were tried.</exception>
    /// <exception cref="ArchiveException">A point can't be read: nothing is collected, since it may refer to any of them.</exception>
    public async Task CollectAsync(CancellationToken cancellation)
    {
        var contents = await OrphansAsync(api.Contents, cancellation);
        var snapshots = await OrphansAsync(api.Snapshots, cancellation);
        var (live, groupContents) = groups is null ? ([], []) : await groups.OwnAsync(IsOld, cancellation);
        List<JsonObject> all = [.. contents, .. snapshots, .. live, .. groupContents];
        if (all.Count == 0)
            return;
        var sealedHandles = await SealedHandlesAsync(vault, cluster, all.Min(CreatedAt), cancellation);
        var objects = new SnapshotObjects(connection, api, names);
        var failures = new FirstFailure();
        if (groups is not null)
            await new GroupRelease(groups, failures).ReleaseAsync(live, groupContents, sealedHandles.Contains, cancellation);
        foreach (var snapshot in snapshots)
            await failures.TryAsync(() => objects.DeleteSnapshotAsync(NamespaceOf(snapshot), NameOf(snapshot), cancellation), cancellation);
        foreach (var content in contents)
            await failures.TryAsync(() => CollectAsync(objects, content, sealedHandles, cancellation), cancellation);
        failures.Throw();
    }

    private static Task CollectAsync(
        SnapshotObjects objects,
        JsonObject content,
        HashSet<string> sealedHandles,
        CancellationToken cancellation
    ) =>
        content.Object("status").Text("snapshotHandle") is { } handle && sealedHandles.Contains(handle)
            ? objects.DeleteContentAsync(NameOf(content), cancellation)
            : objects.PurgeContentAsync(NameOf(content), cancellation);

    private async Task<List<JsonObject>> OrphansAsync(ApiResource type, CancellationToken cancellation) =>
        await lists.ReadAsync(new(type, null) { LabelSelector = names.OwnerSelector }, o => IsOld(o) ? o : null, cancellation);

    private bool IsOld(JsonObject manifest) => time.GetUtcNow() - CreatedAt(manifest) > Age;

    /// <summary>The handles of all snapshots of a time that points of the cluster name.</summary>
    /// <param name="since">When the first of them was cut.</param>
    /// <exception cref="ArchiveException">A point that is as young can't be read.</exception>
    public static async Task<HashSet<string>> SealedHandlesAsync(
        IBlobStore vault,
        ClusterName cluster,
        DateTimeOffset since,
        CancellationToken cancellation
    )
    {
        var handles = new HashSet<string>();
        foreach (var point in await SealedPoints.ListSinceAsync(vault, cluster, since - ClockDifference, cancellation))
            handles.UnionWith(await SealedHandlesAsync(vault, cluster, point.Id, cancellation));
        return handles;
    }

    /// <summary>Those of one point.</summary>
    /// <exception cref="ArchiveException">It can't be read.</exception>
    public static async Task<HashSet<string>> SealedHandlesAsync(
        IBlobStore vault,
        ClusterName cluster,
        PointId point,
        CancellationToken cancellation
    )
    {
        var reader = await RecoveryPointReader.OpenAsync(vault, cluster, point, cancellation);
        return [.. reader.Inventory.Volumes?.Select(v => v.Snapshot).OfType<VolumeSnapshot>().SelectMany(HandlesOf) ?? []];
    }

    /// <summary>Its own, and its copies'.</summary>
    private static IEnumerable<string> HandlesOf(VolumeSnapshot snapshot) =>
        (snapshot.Copies ?? []).Select(c => c.Handle).Prepend(snapshot.Handle);

    private static DateTimeOffset CreatedAt(JsonObject manifest) =>
        DateTimeOffset.TryParse(
            manifest.Object("metadata").Text("creationTimestamp"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : DateTimeOffset.MaxValue;

    private static string NameOf(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";

    private static string NamespaceOf(JsonObject manifest) => manifest.Object("metadata").Text("namespace") ?? "";
}
