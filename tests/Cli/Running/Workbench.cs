using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Simulator;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Running;

/// <summary>A simulated cluster with a little in it, and the program pointed at it and at a vault of its own.</summary>
public sealed class Workbench : IAsyncDisposable
{
    /// <summary>The ConfigMap that it begins with.</summary>
    public const string Settings = "/api/v1/namespaces/shop/configmaps/settings";

    private readonly HttpClient client = new();

    private Workbench(SimulatedCluster cluster)
    {
        Cluster = cluster;
        client.BaseAddress = cluster.Server;
        client.DefaultRequestHeaders.Authorization = new("Bearer", cluster.Token);
        Holdfast.Variables["KUBECONFIG"] = WriteKubeconfig("kubeconfig", cluster);
        Holdfast.Variables["HOLDFAST_VAULT"] = Holdfast.Vault;
    }

    public HoldfastProgram Holdfast { get; } = new();

    public SimulatedCluster Cluster { get; }

    public static async Task<Workbench> StartAsync(SimulatorOptions? options = null)
    {
        var bench = new Workbench(await SimulatedCluster.StartAsync(options ?? new(), CancellationToken.None));
        await bench.CreateAsync("/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""");
        await bench.CreateConfigAsync("settings", """{"color":"blue","port":"8080"}""");
        await bench.CreateAsync(
            "/api/v1/namespaces/shop/secrets",
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db"},"type":"Opaque","data":{"password":"aHVudGVyMg=="}}"""
        );
        return bench;
    }

    /// <summary>With a recovery point of the cluster in the vault.</summary>
    public static async Task<Workbench> StartCapturedAsync()
    {
        var bench = await StartAsync();
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        return bench;
    }

    public Task<Finished> RunAsync(string line) => Holdfast.RunAsync(line.Split(' '));

    public Task CreateConfigAsync(string name, string data) =>
        CreateAsync(
            "/api/v1/namespaces/shop/configmaps",
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"app":"{{{name}}}"} },"data":"""
                + $$$"""{{{data}}} }"""
        );

    public async Task CreateAsync(string path, string manifest) =>
        (await client.PostAsync(path, Json(manifest, "application/json"))).EnsureSuccessStatusCode();

    public async Task PatchAsync(string path, string patch) =>
        (await client.PatchAsync(path, Json(patch, "application/merge-patch+json"))).EnsureSuccessStatusCode();

    public async Task DeleteAsync(string path)
    {
        (await client.DeleteAsync(path)).EnsureSuccessStatusCode();
        await Cluster.SettleAsync(CancellationToken.None);
    }

    /// <summary>The object, or null when there is none.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
    }

    /// <summary>A kubeconfig file for a cluster, in the program's home.</summary>
    public string WriteKubeconfig(string file, SimulatedCluster cluster)
    {
        var path = Path.Combine(Holdfast.Home, file);
        File.WriteAllText(path, cluster.Kubeconfig());
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Cluster.DisposeAsync();
        Holdfast.Dispose();
    }

    private static StringContent Json(string text, string type) => new(text, Encoding.UTF8, new MediaTypeHeaderValue(type));
}
