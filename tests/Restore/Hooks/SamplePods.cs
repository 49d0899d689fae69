using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Restore.Tests.Hooks;

/// <summary>
/// Does what a StatefulSet's controller and a kubelet do, for namespace <c>shop</c> of a simulated cluster: makes Pods that are missing and
/// says of all that they run.
/// </summary>
internal sealed class SamplePods : IAsyncDisposable
{
    private const string Pods = "/api/v1/namespaces/shop/pods";

    private readonly ClusterRequests api;
    private readonly CancellationTokenSource stop = new();
    private readonly Task working;

    public SamplePods(ITestCluster cluster)
    {
        api = new(cluster.Endpoint);
        working = Task.Run(WorkAsync);
    }

    public bool Ready { get; set; } = true;

    /// <summary>Names of the init containers that Pods were made with.</summary>
    public List<string> InitContainersSeen { get; } = [];

    public async Task<JsonObject> ReadAsync(string path) => (await api.GetAsync(path)).Body!;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await working;
        api.Dispose();
        stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var set in await ItemsAsync("/apis/apps/v1/namespaces/shop/statefulsets"))
                for (var i = 0; i < set.Object("spec").Number("replicas"); i++)
                    await MakeAsync(set, i);
            foreach (var pod in await ItemsAsync(Pods))
                await SayAsync(pod);
            await Task.Delay(50);
        }
    }

    private async Task<List<JsonObject>> ItemsAsync(string path) =>
        await api.GetAsync(path) is { Code: 200 } answer ? [.. answer.Body.Objects("items")] : [];

    private async Task MakeAsync(JsonObject set, int index)
    {
        var (metadata, template) = (set.Object("metadata"), set.Object("spec").Object("template"));
        var pod = (JsonObject)template!.DeepClone();
        (pod["apiVersion"], pod["kind"]) = ("v1", "Pod");
        pod.Ensure("metadata")["name"] = $"{metadata.Text("name")}-{index}";
        pod.Ensure("metadata")["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "StatefulSet",
                ["name"] = metadata.Text("name"),
                ["uid"] = metadata.Text("uid"),
                ["controller"] = true,
            }
        );
        if ((await api.PostAsync(Pods, pod.ToJsonString())).Code == 201)
            InitContainersSeen.AddRange(pod.Object("spec").Objects("initContainers").Select(c => c.Text("name")!));
    }

    private Task SayAsync(JsonObject pod)
    {
        var ready = Ready ? "true" : "false";
        var status = $$$$"""
            {"status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{{{(Ready ? "True" : "False")}}}}"}],
             "containerStatuses":[{"name":"postgres","ready":{{{{ready}}}},"state":{"running":{}}}]}}
            """;
        return api.PatchAsync($"{Pods}/{pod.Object("metadata").Text("name")}/status", status);
    }
}
