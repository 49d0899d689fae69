using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>A cluster to restore a <see cref="DiskScene"/> into, which binds claims, and whose nodes are in Azure.</summary>
internal sealed class DiskTarget : IAsyncDisposable
{
    private readonly DiskScene scene;
    private readonly SimulatedTestCluster cluster;
    private readonly bool isOwn;
    private CsiController binder = null!;

    private DiskTarget(DiskScene scene, SimulatedTestCluster? own) =>
        (this.scene, isOwn, cluster) = (scene, own is not null, own ?? scene.Cluster);

    /// <summary>Of the last run: to resume it.</summary>
    public RunId Run { get; private set; }

    /// <param name="nodes">Their region and zone; null: no zone.</param>
    public static Task<DiskTarget> StartAsync(DiskScene scene, params (string Region, string? Zone)[] nodes) =>
        StartAsync(scene, "Premium_LRS", nodes);

    /// <param name="sku">Of its storage class.</param>
    public static async Task<DiskTarget> StartAsync(DiskScene scene, string sku, params (string Region, string? Zone)[] nodes)
    {
        var target = new DiskTarget(scene, await SimulatedTestCluster.StartAsync());
        using (var api = new ClusterRequests(target.cluster.Endpoint))
            await DiskScene.PostAsync(api, "/apis/storage.k8s.io/v1/storageclasses", DiskScene.StorageClass(sku));
        await target.BeginAsync(nodes);
        return target;
    }

    /// <summary>The captured cluster itself.</summary>
    public static async Task<DiskTarget> SameAsync(DiskScene scene)
    {
        var target = new DiskTarget(scene, null);
        await target.BeginAsync(("westeurope", "1"));
        return target;
    }

    public async ValueTask DisposeAsync()
    {
        await binder.DisposeAsync();
        if (isOwn)
            await cluster.DisposeAsync();
    }

    public RestoreRequest Request(RunReport captured) =>
        new()
        {
            Cluster = DiskScene.Name,
            Point = captured.Capture!.Point,
            IntoOtherCluster = isOwn,
            Selection = new() { Namespaces = ["shop"] },
        };

    public Task<RunReport> RestoreAsync(RunReport captured) => RestoreAsync(Request(captured));

    public Task<RunReport> RestoreAsync(RestoreRequest request, CancellationToken cancellation = default)
    {
        Run = DiskScene.NewRun();
        return RunAsync(
            new()
            {
                Run = Run,
                Target = DiskScene.Name,
                RequestedBy = "test",
                Attempts = 1,
                Request = request,
            },
            cancellation
        );
    }

    public Task<RunReport> ResumeAsync() =>
        RunAsync(
            new()
            {
                Run = Run,
                Target = DiskScene.Name,
                RequestedBy = "test",
                Attempts = 1,
                Resume = true,
            },
            default
        );

    /// <summary>Of the last run.</summary>
    public async Task<RestorePlan> PlanAsync() => (await RestorePlans.ReadAsync(scene.Environment(scene.Vault, cluster), Run, default))!;

    /// <summary>The plan's step for the claim.</summary>
    public async Task<RestoreStep> StepAsync() => (await PlanAsync()).Steps.Single(s => s.Resource == KnownTypes.PersistentVolumeClaims);

    public async Task<JsonObject> GetAsync(string path)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        return (await api.GetAsync(path)).Body!;
    }

    public async Task<ImmutableArray<JsonObject>> VolumesAsync() =>
        [.. (await GetAsync("/api/v1/persistentvolumes")).Objects("items").Where(v => v.Object("metadata").Text("name") != "pvc-1")];

    /// <summary>Returns when it is gone.</summary>
    public async Task DeleteAsync(string path)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        await api.DeleteAsync(path);
        while ((await api.GetAsync(path)).Code != 404)
            await Task.Delay(20);
    }

    private Task<RunReport> RunAsync(RestoreOrder order, CancellationToken cancellation)
    {
        var environment = scene.Environment(scene.Vault, cluster);
        var limits = environment.Limits with
        {
            Apply = new() { Disks = TimeSpan.FromSeconds(20), Settling = TimeSpan.FromSeconds(1) },
        };
        return InlineRun.RunAsync(
            environment with
            {
                Limits = limits,
            },
            new(DiskCloud.Start) { Restore = order },
            NullLoggerFactory.Instance,
            cancellation
        );
    }

    private async Task BeginAsync(params (string Region, string? Zone)[] nodes)
    {
        using (var api = new ClusterRequests(cluster.Endpoint))
            for (var i = 0; i < nodes.Length; i++)
                await DiskScene.PostAsync(api, "/api/v1/nodes", Node(i, nodes[i].Region, nodes[i].Zone));
        binder = await CsiController.StartAsync(cluster, driver: "disk.csi.azure.com");
    }

    private string Node(int number, string region, string? zone)
    {
        var group = region == "westeurope" ? scene.Cloud.Group : scene.Cloud.DrGroup;
        var machines = $"{group}/providers/Microsoft.Compute/virtualMachineScaleSets/aks/virtualMachines";
        var label = zone is null ? "" : $"{region}-{zone}";
        return $$$"""
            {"metadata":{"name":"node-{{{number}}}","labels":{"topology.kubernetes.io/region":"{{{region}}}",
             "topology.disk.csi.azure.com/zone":"{{{label}}}"} },
             "spec":{"providerID":"azure://{{{machines}}}/{{{number}}}"} }
            """;
    }
}
