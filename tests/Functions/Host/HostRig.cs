using System.Text.Json.Nodes;
using Holdfast.Functions.Access;
using Holdfast.Functions.Tests.Api;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Functions.Tests.Host;

/// <summary>The app as a custom handler, an engine behind it, simulated clusters before it, and a vault in a folder.</summary>
internal sealed class HostRig : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly List<SimulatedTestCluster> clusters = [];
    private EngineManagement? management;
    private EngineSidecar? sidecar;

    private HostRig(DirectoryInfo folder, FunctionsHost host, DurableEngine engine) => (this.folder, Host, Engine) = (folder, host, engine);

    public FunctionsHost Host { get; }

    public DurableEngine Engine { get; }

    /// <param name="published">The app's folder; null: what was built.</param>
    /// <param name="settings">Instead of, and beside, those of an app on Azure that lets in whom the platform names.</param>
    public static async Task<HostRig> StartAsync(EngineFaults? faults = null, string? published = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var place = Directory.CreateTempSubdirectory("holdfast-host-");
        var host = await FunctionsHost.StartAsync(
            published is null ? HostedApp.LayOut(Path.Combine(place.FullName, "app")) : HostedApp.Read(published),
            new Dictionary<string, string>
            {
                ["HOLDFAST_VAULT"] = Path.Combine(place.FullName, "vault"),
                ["HOLDFAST_CONTROL"] = Path.Combine(place.FullName, "control"),
                ["HOLDFAST_CREDENTIAL_FOLDERS"] = Path.GetTempPath(),
                ["WEBSITE_AUTH_ENABLED"] = "True",
                ["WEBSITE_INSTANCE_ID"] = "test",
            }.Concat(settings ?? new Dictionary<string, string>()).GroupBy(s => s.Key).ToDictionary(s => s.Key, s => s.Last().Value));
        var rig = new HostRig(place, host, new(host, faults ?? new()));
        rig.management = await EngineManagement.StartAsync(rig.Engine);
        rig.sidecar = await EngineSidecar.StartAsync(rig.Engine);
        (host.Management, host.Sidecar) = (rig.management.Address, rig.sidecar.Address);
        return rig;
    }

    /// <summary>Starts a simulator and registers it through the API.</summary>
    public async Task<SimulatedTestCluster> RegisterAsync(string name)
    {
        var cluster = await SimulatedTestCluster.StartAsync();
        clusters.Add(cluster);
        var registration = new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["labels"] = new JsonObject { ["env"] = "test" },
            ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = cluster.KubeconfigPath } },
        };
        Assert.Equal(201, (await CallAsync("PUT", $"/api/clusters/{name}", registration.ToJsonString(), "Admin", ("If-None-Match", "*"))).Status);
        return cluster;
    }

    /// <summary>Calls the API through its function; a start that the answer carries is done as a host would.</summary>
    public async Task<(int Status, JsonNode? Body, JsonObject Headers)> CallAsync(string method, string path, string? body, string role, params (string Name, string Value)[] headers)
    {
        var response = await AnswerAsync(Host.Http(method, path, body, [(PlatformPrincipal.Header, ApiBench.Principal(role)), .. headers]));
        var text = (string?)response["body"];
        return ((int)response["statusCode"]!, text is null ? null : JsonNode.Parse(text), response["headers"]!.AsObject());
    }

    /// <summary>The answer's HTTP output; a start that goes with it is done as a host would.</summary>
    public async Task<JsonObject> AnswerAsync(JsonObject request)
    {
        var answer = await Host.InvokeAsync("Api", request);
        StartWhatIsAsked(answer);
        return answer["Outputs"]!["res"]!.AsObject();
    }

    /// <summary>Waits until the run waits for an approval, and gives the digest of its plan.</summary>
    public async Task<string> WaitingPlanAsync(string run)
    {
        for (var attempt = 0; attempt < 1200; attempt++)
        {
            if ((await CallAsync("GET", $"/api/runs/{run}", null, "Reader")).Body!["status"] is { } status && (string?)status["state"] == "WaitingForApproval")
                return (string)status["planDigest"]!;
            await Task.Delay(50);
        }
        throw new InvalidOperationException($"{run} doesn't come to wait\n{Host.Said}");
    }

    /// <summary>Fires a timer.</summary>
    public async Task<JsonObject> FireAsync(string timer, bool late = false)
    {
        var answer = await Host.InvokeAsync(timer, Host.WithClient(new()
        {
            ["timer"] = new JsonObject
            {
                ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
                ["ScheduleStatus"] = new JsonObject { ["Last"] = "2026-11-22T06:10:52.6400106+00:00", ["Next"] = "2026-11-22T06:15:00+00:00", ["LastUpdated"] = "2026-11-22T06:10:52.6400106+00:00" },
                ["IsPastDue"] = late,
            },
        }));
        StartWhatIsAsked(answer);
        return answer;
    }

    /// <summary>Starts a run by the API and waits until it ends.</summary>
    public async Task<JsonObject> RunAsync(string path, string body)
    {
        var (status, started, _) = await CallAsync("POST", path, body, "Operator");
        Assert.True(status == 202, started?.ToJsonString());
        return await ReportAsync((string)started!["run"]!);
    }

    public async Task<JsonObject> ReportAsync(string run)
    {
        var ended = await Engine.EndOfAsync(run);
        var (status, report, _) = await CallAsync("GET", $"/api/runs/{run}/report", null, "Reader");
        Assert.True(status == 200, $"{ended.Status} {ended.Output}: {report?.ToJsonString()}\n{Host.Said}");
        return report!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        if (management is not null)
            await management.DisposeAsync();
        if (sidecar is not null)
            await sidecar.DisposeAsync();
        foreach (var cluster in clusters)
            await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private void StartWhatIsAsked(JsonObject answer)
    {
        if (answer["Outputs"]?["starter"] is not { } start)
            return;
        Assert.True(Engine.Start((string)start["FunctionName"]!, (string)start["InstanceId"]!, start["Input"]?.ToJsonString()), "the id is taken: a host would fail the invocation");
    }

    /// <summary>The cluster's oldest point; null: it has none.</summary>
    public async Task<JsonNode?> PointAsync(string cluster) => (await CallAsync("GET", $"/api/points?cluster={cluster}", null, "Reader")).Body!["items"]!.AsArray().LastOrDefault();

    /// <summary>From now on: the handler dies with the first unit that is exported, and the host starts another.</summary>
    /// <returns>Tells whether it has died.</returns>
    public Func<bool> KillAtFirstExport()
    {
        var killed = 0;
        Engine.BeforeCall = name =>
        {
            if (name == "ExportUnit" && Interlocked.Exchange(ref killed, 1) == 0)
            {
                Host.KillHandlerAsync().GetAwaiter().GetResult();
                _ = Host.StartHandlerAsync();
            }
            else if (killed == 1)
            {
                WaitUntilUp();
            }
        };
        return () => killed == 1;
    }

    /// <summary>Blocks until the handler answers again.</summary>
    public void WaitUntilUp()
    {
        using var client = new HttpClient();
        for (var attempt = 0; attempt < 1200; attempt++)
        {
            try
            {
                client.GetAsync($"http://127.0.0.1:{Host.Port}/").GetAwaiter().GetResult().Dispose();
                return;
            }
            catch (HttpRequestException)
            {
                Task.Delay(25).GetAwaiter().GetResult();
            }
        }
        Assert.Fail("the handler doesn't come back");
    }
}
