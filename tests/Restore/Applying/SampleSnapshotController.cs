using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>
/// What a snapshot controller and a CSI driver do for pre-provisioned snapshots, as far as a restore sees it: it sets
/// <c>status.readyToUse</c>, and binds claims that name a VolumeSnapshot which is ready. Keeps what it has seen.
/// </summary>
internal sealed class SampleSnapshotController : IAsyncDisposable
{
    private static readonly ApiResource Snapshots = Type("snapshot.storage.k8s.io", "volumesnapshots", "VolumeSnapshot", true);
    private static readonly ApiResource Contents = Type(
        "snapshot.storage.k8s.io",
        "volumesnapshotcontents",
        "VolumeSnapshotContent",
        false
    );
    private static readonly ApiResource Claims = Type("", "persistentvolumeclaims", "PersistentVolumeClaim", true);
    private static readonly WriteOptions Status = new("snapshot-controller") { Subresource = "status" };

    private readonly CancellationTokenSource stop = new();
    private readonly ClusterConnection cluster;
    private readonly ResourceWriter writer;
    private readonly Task running;

    public SampleSnapshotController(ClusterConnection cluster)
    {
        this.cluster = cluster;
        writer = new(cluster);
        running = RunAsync();
    }

    /// <summary>Sets no snapshot ready.</summary>
    public bool NeverReady { get; init; }

    /// <summary>Is the status of every snapshot in place of being ready.</summary>
    public string? Error { get; init; }

    /// <summary>Claims wait for a Pod.</summary>
    public bool BindsNothing { get; init; }

    /// <summary>The contents that were there at some time, by name.</summary>
    public Dictionary<string, JsonObject> SeenContents { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, JsonObject> SeenSnapshots { get; } = new(StringComparer.Ordinal);

    public async Task<List<JsonObject>> ListAsync(ApiResource type)
    {
        try
        {
            return [.. ManifestJson.Parse(await cluster.GetAsync(type.CollectionPath(null), stop.Token)).Objects("items")];
        }
        catch (ClusterException absent) when (absent.Failure == ClusterFailure.NotFound)
        {
            return [];
        }
    }

    /// <summary>Snapshots, contents and claims that are there, by kind and name.</summary>
    public async Task<IEnumerable<string>> LeftAsync() =>
        [
            .. (await ListAsync(Contents)).Select(c => $"content {NameOf(c)}"),
            .. (await ListAsync(Snapshots)).Select(s => $"snapshot {NameOf(s)}"),
            .. (await ListAsync(Claims)).Select(c => $"claim {NameOf(c)}"),
        ];

    public async Task<JsonObject> ClaimAsync() => Assert.Single(await ListAsync(Claims));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(20, stop.Token);
            foreach (var content in await ListAsync(Contents))
                SeenContents[NameOf(content)] = content;
            var snapshots = await ListAsync(Snapshots);
            foreach (var snapshot in snapshots)
                await ReconcileAsync(snapshot);
            foreach (var claim in await ListAsync(Claims))
                if (!BindsNothing && snapshots.Exists(s => NameOf(s) == claim.Object("spec").Object("dataSource").Text("name")))
                    await PatchAsync(Claims, claim, new() { ["phase"] = "Bound" });
        }
    }

    private async Task ReconcileAsync(JsonObject snapshot)
    {
        SeenSnapshots[NameOf(snapshot)] = snapshot;
        if (Error is not null)
            await PatchAsync(
                Snapshots,
                snapshot,
                new()
                {
                    ["readyToUse"] = false,
                    ["error"] = new JsonObject { ["message"] = Error },
                }
            );
        else if (!NeverReady)
            await PatchAsync(Snapshots, snapshot, new() { ["readyToUse"] = true });
    }

    private Task<WriteResult> PatchAsync(ApiResource type, JsonObject of, JsonObject status) =>
        writer.MergePatchAsync(
            type,
            of.Object("metadata").Text("namespace"),
            NameOf(of),
            ManifestJson.Write(new JsonObject { ["status"] = status }),
            Status,
            stop.Token
        );

    private static string NameOf(JsonObject manifest) => manifest.Object("metadata").Text("name")!;

    private static ApiResource Type(string group, string resource, string kind, bool namespaced) =>
        new(group, "v1", resource, kind, namespaced, []);
}
