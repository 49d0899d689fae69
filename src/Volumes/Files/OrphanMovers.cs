using System.Text.Json.Nodes;
using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Files;

/// <summary>Collects what captures that died have left of their movers in a cluster, in whichever namespace.</summary>
internal sealed class OrphanMovers(ClusterConnection connection, MoverNames names, SnapshotApi api, TimeProvider time)
{
    /// <summary>No capture seals later than this after it began, and no Job runs for as long.</summary>
    private static readonly TimeSpan Age = RecoveryPointWriter.SealingLimit;

    private readonly ObjectLists lists = new(connection);

    public async Task CollectAsync(CancellationToken cancellation)
    {
        foreach (var claim in await OrphansAsync(VolumeTypes.Claims, cancellation))
        {
            var ns = Place(claim);
            var objects = new MoverJobs(connection, ns, time);
            // its snapshot and content have its name
            await new SnapshotMount(objects, api, ns).RemoveAsync(Name(claim), cancellation);
        }
        foreach (var type in (ApiResource[])[api.Snapshots, api.Contents, MoverTypes.Jobs, MoverTypes.Secrets])
        foreach (var orphan in await OrphansAsync(type, cancellation))
            await new MoverJobs(connection, Place(orphan), time).DeleteAsync(
                type,
                type.Namespaced ? Place(orphan) : null,
                Name(orphan),
                cancellation
            );
    }

    private async Task<List<JsonObject>> OrphansAsync(ApiResource type, CancellationToken cancellation) =>
        await lists.ReadAsync(
            new(type, null) { LabelSelector = names.OwnerSelector },
            o => time.GetUtcNow() - MoverState.CreatedAt(o) > Age ? o : null,
            cancellation
        );

    private static string Name(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";

    private static string Place(JsonObject manifest) => manifest.Object("metadata").Text("namespace") ?? "";
}
