using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Simulator;
using Holdfast.TestKit.Functions;
using Holdfast.TestKit.Functions.Durable;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Live.Tests;

/// <summary>
/// The published app under a local Functions host, with vault and control container in an emulated storage account, and simulated
/// clusters.
/// </summary>
internal sealed class PublishedApp(string app, Azurite azurite, Func<IDurableEngine> engine) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("holdfast-app-");
    private readonly Dictionary<string, SimulatedCluster> clusters = [];
    private readonly HostLog log = new();
    private readonly string vault = azurite.NewContainer().AbsoluteUri,
        control = azurite.NewContainer().AbsoluteUri;

    public FunctionsHost Host { get; private set; } = null!;

    public SimulatedCluster this[string name] => clusters[name];

    public async Task StartAsync() =>
        Host = await FunctionsHost.StartAsync(
            new()
            {
                App = app,
                Log = log,
                Settings = new Dictionary<string, string>
                {
                    ["HOLDFAST_VAULT"] = vault,
                    ["HOLDFAST_CONTROL"] = control,
                    ["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString,
                    ["HOLDFAST_DATA"] = data.FullName,
                    ["HOLDFAST_SELF_APPROVAL"] = "true",
                    ["HOLDFAST_CREDENTIAL_FOLDERS"] = data.FullName,
                    ["HOLDFAST_ALLOW_LOCAL_ENDPOINTS"] = "true",
                },
            },
            engine()
        );

    /// <summary>Starts a cluster with the sample application, and registers it.</summary>
    public async Task RegisterAsync(string name)
    {
        var cluster = clusters[name] = await SimulatedCluster.StartAsync(new(), default);
        await cluster.SeedSampleApplicationAsync(default);
        await RegisterAsync(name, cluster);
    }

    /// <summary>Registers a cluster, which someone else disposes.</summary>
    public async Task RegisterAsync(string name, SimulatedCluster cluster)
    {
        var kubeconfig = Path.Combine(data.FullName, $"{name}.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.Kubeconfig());
        var registration = new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["labels"] = new JsonObject { ["env"] = "test" },
            ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = kubeconfig } },
        };
        Assert.Equal(201, (await SendAsync(HttpMethod.Put, $"clusters/{name}", registration.ToJsonString())).Status);
    }

    public async Task<(int Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, $"api/{path}");
        request.Headers.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(data.FullName, "host-token"))).Trim());
        if (method == HttpMethod.Put)
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await Host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Starts a run and returns its id.</summary>
    public async Task<string> PostAsync(string path, string body)
    {
        var (status, started) = await SendAsync(HttpMethod.Post, path, body);
        Assert.True(status == 202, $"{status}: {started}\n{log}");
        return (string)started!["run"]!;
    }

    /// <summary>Waits until the run has a report.</summary>
    public Task<JsonNode> ReportAsync(string run) => UntilAsync($"runs/{run}/report", (status, _) => status == 200);

    /// <summary>Polls until the answer is as expected.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<int, JsonNode?, bool> wanted, Func<Task>? between = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var (status, body) = await SendAsync(HttpMethod.Get, path);
            if (wanted(status, body))
                return body!;
            Assert.False(patience.IsCancellationRequested, $"{path} is still {status}: {body}\n{log}");
            if (between is not null)
                await between();
            await Task.Delay(200);
        }
    }

    public async Task<HttpResponseMessage> AskClusterAsync(string name, HttpMethod method, string path)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(this[name].Server, path));
        request.Headers.Authorization = new("Bearer", this[name].Token);
        return await client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        log.Dispose();
        data.Delete(recursive: true);
    }
}
