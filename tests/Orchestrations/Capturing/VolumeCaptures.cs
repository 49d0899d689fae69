using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Storage;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>A simulated cluster <c>shop</c> with a namespace <c>shop</c>, whose volumes are of a CSI driver.</summary>
public abstract class VolumeCaptures : IAsyncLifetime, IDisposable
{
    protected static readonly string[] SnapshotTypes = ["volumesnapshots", "volumesnapshotcontents"];

    protected static readonly string[] GroupTypes = ["volumegroupsnapshots", "volumegroupsnapshotcontents"];

    private protected readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-volumes-");
    private protected readonly SimulatedFleet fleet = new();
    private protected SimulatedTestCluster cluster = null!;
    private protected CsiController csi = null!;
    private protected StorageSeed seed = null!;

    /// <summary>Of the API of group snapshots; null: it isn't served.</summary>
    protected virtual string? GroupVersion => null;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        fleet.Borrow("shop", cluster.Simulator);
        fleet.Limits = fleet.Limits with
        {
            Volumes = new()
            {
                Cut = TimeSpan.FromSeconds(8),
                Ready = TimeSpan.FromSeconds(8),
                Pause = TimeSpan.FromMilliseconds(200),
            },
        };
        csi = await CsiController.StartAsync(cluster, groups: GroupVersion);
        seed = new(cluster, csi);
        await seed.ClassesAsync();
        await seed.NamespaceAsync("shop");
    }

    public async Task DisposeAsync()
    {
        await csi.DisposeAsync();
        await fleet.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public void Dispose()
    {
        seed.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs an order with its requests to the cluster through a proxy.</summary>
    private protected async Task<RunReport> RunAsync(FaultProxy proxy, CaptureOrder order)
    {
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        await using var hub = await RunningHub.StartAsync(fleet.Environment() with { OpenCluster = (_, _) => Task.FromResult(connection) });
        return await fleet.RunAsync(hub, order);
    }

    /// <summary>Runs an order with credentials that may not do some things; the cluster's controllers may.</summary>
    private protected async Task<RunReport> RunWithoutAsync(CaptureOrder order, params (string Verb, string Type)[] denied)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        foreach (var (verb, type) in denied)
            proxy.Inject(Fault.Answer(403, "Forbidden", $"{verb} {type}"), r => Is(r, verb, type), times: int.MaxValue);
        return await RunAsync(proxy, order);
    }

    private static bool Is(ProxiedRequest request, string verb, string type) =>
        verb switch
        {
            "list" => request.IsListOf(type),
            "create" => request.Method == "POST" && request.Path.EndsWith($"/{type}", StringComparison.Ordinal),
            _ => string.Equals(request.Method, verb, StringComparison.OrdinalIgnoreCase)
                && request.Path.Contains($"/{type}/", StringComparison.Ordinal),
        };

    /// <summary>Finalizers are removed by the driver's controllers a moment later.</summary>
    protected async Task AssertNothingLeftAsync()
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        var types = SnapshotTypes.Select(t => $"/apis/{SnapshotDefinitions.ApiVersion}/{t}");
        if (GroupVersion is { } version)
            types = types.Concat(GroupTypes.Select(t => $"/apis/{GroupDefinitions.Group}/{version}/{t}"));
        foreach (var path in types)
            await Until.TrueAsync(async () => (await api.GetAsync(path)).Items.Length == 0);
    }

    protected async Task AnnotateAsync(string path, params (string Name, string Value)[] annotations)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        var added = new JsonObject([.. annotations.Select(a => KeyValuePair.Create(a.Name, (JsonNode?)a.Value))]);
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = added } };
        Assert.Equal(200, (await api.PatchAsync(path, patch.ToJsonString())).Code);
    }
}
