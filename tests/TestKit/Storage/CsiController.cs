using System.Collections.Concurrent;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// What serves volumes and their snapshots in a cluster, for one CSI driver: snapshot controller, csi-snapshotter, external-provisioner,
/// and where no kube-controller-manager runs (the simulator, some assets) the binding of claims. Each has a file that names the source of
/// its behaviour. A real kube-controller-manager binds claims itself, at 20 requests a second unless it is started with
/// <c>--kube-api-qps</c> (<see cref="LiveClusterOptions.ExtraControllerManagerArguments"/>).
/// </summary>
/// <remarks>
/// When it stops, snapshots and contents keep their finalizers: delete a test's namespaces before. Two controllers in one cluster need two
/// drivers.
/// </remarks>
public sealed class CsiController : IAsyncDisposable
{
    public const string DefaultDriver = "csi.example.com";

    /// <summary>A fault's delay ends without a change in the cluster.</summary>
    private static readonly TimeSpan DelayStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryStep = TimeSpan.FromMilliseconds(500);

    private readonly ClusterRequests api;
    private readonly StorageObjects cluster;
    private readonly ControlLoop[] loops;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> problems = new();
    private Task[] running = [];

    private CsiController(ITestCluster live, StorageSystem storage, string driver, string? groupVersion)
    {
        (Storage, Driver) = (storage, driver);
        api = new(live.Endpoint);
        cluster = new(api, storage.Clock, WakeAll, groupVersion);
        var snapshots = new SnapshotController(cluster, driver, storage.Clock);
        var sidecar = new SnapshotSidecar(cluster, storage, driver, (ns, claim) => Faults(ns, claim));
        var provisioner = new VolumeProvisioner(cluster, storage, driver, (ns, claim) => ProvisioningErrors(ns, claim));
        var binder = new VolumeBinder(cluster, driver);
        loops =
        [
            new(RetryStep, problems.Enqueue, (cluster.Snapshots, snapshots.SyncSnapshotAsync)),
            new(DelayStep, problems.Enqueue, (cluster.Contents, snapshots.SyncContentAsync), (cluster.Contents, sidecar.SyncAsync)),
            new(RetryStep, problems.Enqueue, (cluster.Claims, provisioner.SyncClaimAsync), (cluster.Volumes, provisioner.SyncVolumeAsync)),
            .. cluster.Groups is null ? Array.Empty<ControlLoop>() : [Groups(cluster.Groups)],
            .. live is LiveCluster { HasControllerManager: true }
                ? Array.Empty<ControlLoop>()
                : [new(RetryStep, problems.Enqueue, (cluster.Claims, binder.SyncClaimAsync), (cluster.Volumes, binder.SyncVolumeAsync))],
        ];
    }

    public StorageSystem Storage { get; }

    public string Driver { get; }

    /// <summary>
    /// How the snapshots of a claim (namespace, name) are taken. Asked repeatedly until it is cut; may be set at any time.
    /// </summary>
    public Func<string, string, SnapshotFault> Faults { get; set; } = (_, _) => SnapshotFault.None;

    /// <summary>
    /// The driver's message when it refuses a volume for a claim (namespace, name); null: it doesn't. Asked repeatedly.
    /// </summary>
    public Func<string, string, string?> ProvisioningErrors { get; set; } = (_, _) => null;

    /// <summary>Unexpected answers of the API server, for a failing test's message. The work was tried again.</summary>
    public IReadOnlyCollection<string> Problems => problems;

    /// <summary>
    /// A content's deletion policy as the controllers know it: like the published ones they decide by what their watches brought, which
    /// may be older than what the API server answers.
    /// </summary>
    public string? PolicyOf(string content) => cluster.Contents.Find(null, content)?.Text("spec", "deletionPolicy");

    /// <summary>Installs the definitions where they are missing and starts to work.</summary>
    /// <param name="storage">Shared with the controllers of other clusters, or null: a new one.</param>
    /// <param name="groups">The version of the API of group snapshots that is installed and served, or null: none.</param>
    public static async Task<CsiController> StartAsync(
        ITestCluster live,
        StorageSystem? storage = null,
        string driver = DefaultDriver,
        string? groups = null
    )
    {
        await SnapshotDefinitions.InstallAsync(live);
        if (groups is not null)
            await GroupDefinitions.InstallAsync(live, groups);
        var controller = new CsiController(live, storage ?? new(), driver, groups);
        var following = controller.cluster.All.Select(type => type.FollowAsync(controller.stop.Token)).ToArray();
        await Task.WhenAll(controller.cluster.All.Select(type => type.Listed));
        controller.running = [.. following, .. controller.loops.Select(loop => loop.RunAsync(controller.stop.Token))];
        return controller;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
        foreach (var loop in loops)
            loop.Dispose();
        api.Dispose();
        stop.Dispose();
    }

    private ControlLoop Groups(GroupStorageObjects groups)
    {
        var controller = new GroupController(cluster, groups, Driver, Storage.Clock);
        var sidecar = new GroupSidecar(cluster, groups, Storage, Driver, (ns, claim) => Faults(ns, claim));
        return new(
            DelayStep,
            problems.Enqueue,
            (groups.Snapshots, controller.SyncGroupAsync),
            (groups.Contents, controller.SyncContentAsync),
            (groups.Contents, sidecar.SyncAsync)
        );
    }

    private void WakeAll()
    {
        foreach (var loop in loops)
            loop.Wake();
    }
}
