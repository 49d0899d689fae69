using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

/// <summary>
/// Behaviour of an API server that both the simulator and a real kube-apiserver must show. Where they differ, the simulator is wrong. Each
/// test has its own namespaces, so all share one cluster.
/// </summary>
public abstract class ClusterBehaviour(ITestCluster cluster) : IDisposable
{
    private static int names;

    protected ITestCluster Cluster { get; } = cluster;

    protected ClusterRequests Api { get; } = new(cluster.Endpoint);

    public void Dispose() => Api.Dispose();

    /// <summary>Skips the test if no controller manager runs, which collects garbage and terminates or fills namespaces.</summary>
    protected void NeedsControllers() =>
        Skip.If(Cluster is LiveCluster { HasControllerManager: false }, "these assets have no kube-controller-manager");

    /// <summary>A name that no other test has.</summary>
    protected static string NewName(string prefix = "t") => $"{prefix}{Environment.ProcessId}-{Interlocked.Increment(ref names)}";

    protected async Task<string> NewNamespaceAsync(string? name = null)
    {
        name ??= NewName();
        Assert.Equal(201, (await Api.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Code);
        return name;
    }

    protected static string ConfigMaps(string ns) => $"/api/v1/namespaces/{ns}/configmaps";

    protected async Task<Answer> NewConfigMapAsync(string ns, string name, string data = """{"k":"v"}""", string metadata = "")
    {
        var answer = await Api.PostAsync(ConfigMaps(ns), $$"""{"metadata":{"name":"{{name}}"{{metadata}}},"data":{{data}}}""");
        Assert.True(answer.Code == 201, answer.Text);
        return answer;
    }

    /// <summary>Defines a custom type in a group of its own and waits until it can be written.</summary>
    /// <returns>Its group; the plural is <c>widgets</c>, the kind <c>Widget</c>, the version <c>v1</c>.</returns>
    protected async Task<string> NewCustomTypeAsync(bool status = true)
    {
        var group = NewName("g") + ".example.com";
        var subresources = status ? "\"subresources\":{\"status\":{}}," : "";
        var definition = $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.{{{group}}}"},
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},
              "versions":[{"name":"v1","served":true,"storage":true,{{{subresources}}}
               "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }]} }
            """;
        var created = await Api.PostAsync(Definitions, definition);
        Assert.True(created.Code == 201, created.Text);
        await EventuallyAsync(async () =>
            (await Api.PostAsync($"/apis/{group}/v1/namespaces/default/widgets?dryRun=All", Widget(group, "probe"))).Code == 201
        );
        return group;
    }

    protected const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    protected static string Widgets(string group, string ns) => $"/apis/{group}/v1/namespaces/{ns}/widgets";

    protected static string Widget(string group, string name, string content = "\"spec\":{\"size\":1}") =>
        $$"""{"apiVersion":"{{group}}/v1","kind":"Widget","metadata":{"name":"{{name}}"},{{content}}}""";

    /// <summary>
    /// Polls for up to two minutes, since controllers act asynchronously: the garbage collector looks for new types only every half minute.
    /// </summary>
    protected static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
            await Task.Delay(50, patience.Token);
    }

    protected Task GoneAsync(string path) => EventuallyAsync(async () => (await Api.GetAsync(path)).Code == 404);

    protected static string? Text(JsonNode? node) => (string?)node;
}
