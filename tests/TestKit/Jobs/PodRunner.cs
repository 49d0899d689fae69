using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Storage;

namespace Holdfast.TestKit.Jobs;

/// <summary>What becomes of a Job's Pods in a test.</summary>
/// <param name="Waits">Why the container can't start (a reason such as <c>ImagePullBackOff</c>); null: it starts.</param>
/// <param name="Ends">What it ends with instead of being run; null: it is run.</param>
/// <param name="Until">Is waited for before it is run.</param>
public sealed record PodFault(string? Waits = null, ContainerEnd? Ends = null, Task? Until = null)
{
    public static readonly PodFault None = new();
}

/// <summary>
/// Runs the Pods of Jobs on a cluster without nodes: their containers as processes, with the data of <see cref="StorageSystem"/> where
/// claims are mounted, and the status that a kubelet and a scheduler would write. Where no kube-controller-manager runs, it makes the Pods
/// too.
/// </summary>
public sealed class PodRunner : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private readonly ClusterRequests api;
    private readonly StorageSystem storage;
    private readonly WatchedObjects[] watched;
    private readonly ControlLoop loop;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, Task> started = new();
    private readonly ConcurrentQueue<string> problems = new();
    private readonly WatchedObjects pods;
    private Task[] running = [];

    private PodRunner(ITestCluster cluster, StorageSystem storage)
    {
        this.storage = storage;
        api = new(cluster.Endpoint);
        var jobs = new WatchedObjects(api, "/apis/batch/v1", "jobs", Wake);
        pods = new WatchedObjects(api, "/api/v1", "pods", Wake);
        watched = [jobs, pods];
        var controller = new JobController(jobs, pods, storage.Clock);
        loop = new(
            Step,
            problems.Enqueue,
            cluster is LiveCluster { HasControllerManager: true } ? [(pods, SyncAsync)] : [(jobs, controller.SyncAsync), (pods, SyncAsync)]
        );
    }

    /// <summary>By the Job's name. Asked when a Pod of it is to be started, until it is.</summary>
    public Func<string, PodFault> Faults { get; set; } = _ => PodFault.None;

    /// <summary>Of every container, beside its own: where programs find proxies and certificates.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; set; } = new Dictionary<string, string>();

    /// <summary>What didn't go as it should, for a failing test's message.</summary>
    public IReadOnlyCollection<string> Problems => problems;

    /// <summary>How many containers were run.</summary>
    public int Runs => started.Count;

    public static async Task<PodRunner> StartAsync(ITestCluster cluster, StorageSystem storage)
    {
        var runner = new PodRunner(cluster, storage);
        var following = runner.watched.Select(w => w.FollowAsync(runner.stop.Token)).ToArray();
        await Task.WhenAll(runner.watched.Select(w => w.Listed));
        runner.running = [.. following, runner.loop.RunAsync(runner.stop.Token)];
        return runner;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll([.. running, .. started.Values]);
        loop.Dispose();
        api.Dispose();
        stop.Dispose();
    }

    private void Wake() => loop?.Wake();

    private async Task SyncAsync(JsonObject pod)
    {
        if (pod.IsDeleted() || JobController.OwnerOf(pod) is null || pod.Text("status", "phase") is "Succeeded" or "Failed")
            return;
        if (started.ContainsKey(pod.Uid()))
            return;
        var job = (string)pod.At("metadata", "labels", "job-name")!;
        var fault = Faults(job);
        if (fault.Waits is { } reason)
            await WaitAsync(pod, reason);
        else if (fault.Until is null or { IsCompleted: true } && await VolumesAsync(pod) is { } volumes)
            _ = started.GetOrAdd(pod.Uid(), _ => RunAsync(pod, fault, volumes));
    }

    private Task WaitAsync(JsonObject pod, string reason) =>
        pod.At("status", "containerStatuses") is null
            ? pods.PatchStatusAsync(pod, Status("Pending", new() { ["waiting"] = new JsonObject { ["reason"] = reason } }))
            : Task.CompletedTask;

    /// <returns>The handles of the volumes of its claims; null: one isn't bound yet.</returns>
    private async Task<Dictionary<string, string>?> VolumesAsync(JsonObject pod)
    {
        var handles = new Dictionary<string, string>();
        foreach (var claim in PodProcess.ClaimsOf(pod))
        {
            var path = $"/api/v1/namespaces/{pod.Namespace()}/persistentvolumeclaims/{claim}";
            var live = (await api.GetAsync(path)).Body;
            if (live?.Text("status", "phase") != "Bound")
            {
                await SelectAsync(live, path);
                return null;
            }
            var volume = (await api.GetAsync($"/api/v1/persistentvolumes/{live.Text("spec", "volumeName")}")).Body!;
            handles[claim] = volume.Text("spec", "csi", "volumeHandle")!;
        }
        return handles;
    }

    /// <summary>The scheduler's part for a claim whose class waits for its first Pod.</summary>
    private async Task SelectAsync(JsonObject? claim, string path)
    {
        const string Selected = "volume.kubernetes.io/selected-node";
        if (claim is not null && claim.Annotation(Selected) is null)
            await api.PatchAsync(path, ObjectFields.AnnotationPatch(Selected, "node-1").ToJsonString());
    }

    private async Task RunAsync(JsonObject pod, PodFault fault, Dictionary<string, string> volumes)
    {
        try
        {
            await pods.PatchStatusAsync(pod, Status("Running", new() { ["running"] = new JsonObject() }));
            var end = fault.Ends ?? await RunAsync(pod, volumes);
            var terminated = new JsonObject
            {
                ["exitCode"] = end.ExitCode,
                ["reason"] = end.ExitCode == 0 ? "Completed" : "Error",
                ["message"] = end.Message,
            };
            await pods.PatchStatusAsync(pod, Status(end.ExitCode == 0 ? "Succeeded" : "Failed", new() { ["terminated"] = terminated }));
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException or HttpRequestException)
        {
            problems.Enqueue(e.ToString());
        }
    }

    private async Task<ContainerEnd> RunAsync(JsonObject pod, Dictionary<string, string> volumes)
    {
        var secrets = new Dictionary<string, JsonObject>();
        foreach (var name in PodProcess.SecretsOf(pod))
            secrets[name] =
                (await api.GetAsync($"/api/v1/namespaces/{pod.Namespace()}/secrets/{name}")).Body?["data"]?.AsObject()
                ?? throw new InvalidOperationException($"Pod {pod.Name()} names a Secret that isn't there: {name}");
        using var process = new PodProcess(pod, Variables);
        return await process.RunAsync(
            claim => storage.Volumes[volumes[claim]].Data,
            name => secrets[name],
            (claim, data) => storage.Write(volumes[claim], data),
            stop.Token
        );
    }

    private static JsonObject Status(string phase, JsonObject state) =>
        new()
        {
            ["phase"] = phase,
            ["containerStatuses"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "mover",
                    ["image"] = "mover",
                    ["imageID"] = "",
                    ["ready"] = false,
                    ["restartCount"] = 0,
                    ["state"] = state,
                }
            ),
        };
}
