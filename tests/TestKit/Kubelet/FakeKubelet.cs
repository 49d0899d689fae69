using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Jobs;
using Holdfast.TestKit.Storage;

namespace Holdfast.TestKit.Kubelet;

/// <summary>
/// Says of the Pods of a cluster without nodes that they run and are ready, as kubelets do, and of those of Jobs that they have succeeded;
/// runs nothing. Where no kube-controller-manager runs (the simulator), it does that one's part for StatefulSets, DaemonSets and Jobs, too,
/// and gives Services of type LoadBalancer an address.
/// </summary>
public sealed class FakeKubelet : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly ClusterRequests api;
    private readonly TimeProvider clock;
    private readonly WatchedObjects pods;
    private readonly WatchedObjects[] watched;
    private readonly ControlLoop loop;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new();
    private readonly ConcurrentQueue<string> problems = new();
    private Task[] running = [];

    private FakeKubelet(ITestCluster cluster, TimeProvider clock)
    {
        this.clock = clock;
        api = new(cluster.Endpoint);
        pods = new(api, "/api/v1", "pods", Wake);
        if (cluster is LiveCluster { HasControllerManager: true })
        {
            watched = [pods];
            loop = new(Step, problems.Enqueue, (pods, SyncAsync));
            return;
        }
        var (sets, daemons) = (Watch("/apis/apps/v1", "statefulsets"), Watch("/apis/apps/v1", "daemonsets"));
        var (jobs, services) = (Watch("/apis/batch/v1", "jobs"), Watch("/api/v1", "services"));
        watched = [pods, sets, daemons, jobs, services];
        loop = new(
            Step,
            problems.Enqueue,
            (sets, new PodSets(sets, pods, "StatefulSet").SyncAsync),
            (daemons, new PodSets(daemons, pods, "DaemonSet").SyncAsync),
            (jobs, new JobController(jobs, pods, clock).SyncAsync),
            (services, s => BalanceAsync(services, s)),
            (pods, SyncAsync)
        );
    }

    /// <summary>How long a Pod takes from being seen to being ready. May be set at any time.</summary>
    public TimeSpan StartTime { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// Why a Pod (namespace, name) can't start (a reason such as <c>ImagePullBackOff</c>); null: it starts. Asked repeatedly.
    /// </summary>
    public Func<string, string, string?> Faults { get; set; } = (_, _) => null;

    /// <summary>Pods (namespace, name) that are evicted instead of started. Asked repeatedly.</summary>
    public Func<string, string, bool> Evicts { get; set; } = (_, _) => false;

    /// <summary>Whether a load balancer (namespace, name of its Service) gets its address. Asked repeatedly.</summary>
    public Func<string, string, bool> Balances { get; set; } = (_, _) => true;

    /// <summary>Unexpected answers of the API server, for a failing test's message. The work was tried again.</summary>
    public IReadOnlyCollection<string> Problems => problems;

    public static async Task<FakeKubelet> StartAsync(ITestCluster cluster, TimeProvider? clock = null)
    {
        var kubelet = new FakeKubelet(cluster, clock ?? TimeProvider.System);
        var following = kubelet.watched.Select(w => w.FollowAsync(kubelet.stop.Token)).ToArray();
        await Task.WhenAll(kubelet.watched.Select(w => w.Listed));
        kubelet.running = [.. following, kubelet.loop.RunAsync(kubelet.stop.Token)];
        return kubelet;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
        loop.Dispose();
        api.Dispose();
        stop.Dispose();
    }

    private WatchedObjects Watch(string apiPath, string plural) => new(api, apiPath, plural, Wake);

    private void Wake() => loop.Wake();

    private async Task SyncAsync(JsonObject pod)
    {
        if (pod.IsDeleted() || pod.Text("status", "phase") is "Succeeded" or "Failed" || IsReady(pod))
            return;
        var since = seen.GetOrAdd(pod.Uid(), _ => clock.GetUtcNow());
        if (Evicts(pod.Namespace()!, pod.Name()))
            await pods.PatchStatusAsync(
                pod,
                new()
                {
                    ["phase"] = "Failed",
                    ["reason"] = "Evicted",
                    ["message"] = "no memory",
                }
            );
        else if (Faults(pod.Namespace()!, pod.Name()) is { } reason)
        {
            if (pod.At("status", "containerStatuses") is null)
                await pods.PatchStatusAsync(pod, Status("Pending", "False", Containers(pod, new() { ["waiting"] = Waiting(reason) })));
        }
        else if (clock.GetUtcNow() >= since + StartTime)
            await pods.PatchStatusAsync(pod, JobController.OwnerOf(pod) is null ? Started(pod) : Status("Succeeded", "False", []));
    }

    private static bool IsReady(JsonObject pod) =>
        (pod.At("status", "conditions") as JsonArray)?.Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true;

    private static JsonObject Started(JsonObject pod) =>
        Status("Running", "True", Containers(pod, new() { ["running"] = new JsonObject() }));

    private static JsonObject Waiting(string reason) => new() { ["reason"] = reason, ["message"] = $"the test's {reason}" };

    private static JsonArray Containers(JsonObject pod, JsonObject state) =>
        [
            .. (pod.At("spec", "containers") as JsonArray ?? []).Select(c => new JsonObject
            {
                ["name"] = (string)c!["name"]!,
                ["image"] = (string?)c["image"] ?? "",
                ["imageID"] = "",
                ["restartCount"] = 0,
                ["ready"] = state.ContainsKey("running"),
                ["state"] = state.DeepClone(),
            }),
        ];

    private static JsonObject Status(string phase, string ready, JsonArray containers) =>
        new()
        {
            ["phase"] = phase,
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready }),
            ["containerStatuses"] = containers,
        };

    private Task BalanceAsync(WatchedObjects services, JsonObject service) =>
        service.Text("spec", "type") == "LoadBalancer"
        && service.At("status", "loadBalancer", "ingress") is null
        && Balances(service.Namespace()!, service.Name())
            ? services.PatchStatusAsync(
                service,
                new() { ["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = "192.0.2.1" }) } }
            )
            : Task.CompletedTask;
}
