using System.Net;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Functions.Durable;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Live.Tests;

/// <summary>
/// The deployed app, started and called as by a Functions host, on the embedded engine and on the real Durable extension.
/// </summary>
[Collection(PublishedCollection.Name)]
public sealed class PublishedAppTests(PublishedFolder published) : IDisposable
{
    private static int hubs;

    private readonly Azurite azurite = Azurite.StartAll();
    private readonly string hubFile = Path.GetTempFileName();

    public void Dispose()
    {
        azurite.Dispose();
        File.Delete(hubFile);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_fleet_is_captured_and_an_approved_restore_applied_though_the_worker_is_killed_and_the_host_restarted(bool extension)
    {
        await using var app = await StartAsync(extension);
        await app.RegisterAsync("prod");
        await app.RegisterAsync("other");

        var fleet = await CaptureKilledAsync(app);
        var lost = await LoseConfigMapAsync(app);
        var restored = await RestoreOverRestartAsync(app);

        Assert.Equal("Succeeded", (string)fleet["state"]!);
        Assert.All(fleet["clusters"]!.AsArray(), part => Assert.Equal("Succeeded", (string)part!["state"]!));
        Assert.Equal("Succeeded", (string)restored["state"]!);
        Assert.Equal("local", (string)restored["approval"]!["by"]!);
        using var again = await app.AskClusterAsync("prod", HttpMethod.Get, lost);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task The_timer_captures_what_a_policy_says_is_due_and_the_housekeeping_ends()
    {
        await using var app = await StartAsync(extension: false);
        await app.RegisterAsync("prod");
        var policy = """{"version":1,"name":"often","clusters":{"selector":"env=test"},"schedule":{"cron":"* * * * *"}}""";
        Assert.Equal(201, (await app.SendAsync(HttpMethod.Put, "policies/often", policy)).Status);

        var runs = await app.UntilAsync(
            "runs?policy=often&state=Succeeded",
            (_, body) => body!["items"]!.AsArray().Count > 0,
            () => app.Host.FireTimerAsync("Schedule")
        );
        await app.Host.FireTimerAsync("Housekeeping");

        Assert.Equal("Fleet", (string)runs["items"]![0]!["kind"]!);
        Assert.Single((await app.SendAsync(HttpMethod.Get, "points?cluster=prod&limit=1")).Body!["items"]!.AsArray());
    }

    [Fact]
    public void The_published_folder_declares_one_API_two_timers_and_what_a_host_needs()
    {
        var functions = JsonNode
            .Parse(File.ReadAllText(Path.Combine(published.Path, "functions.metadata")))!
            .AsArray()
            .Select(function => (string)function!["name"]!);

        Assert.Equal(["Api", "Housekeeping", "Schedule"], functions.Order(StringComparer.Ordinal));
        Assert.All(
            (string[])
                [
                    "host.json",
                    "worker.config.json",
                    "extensions.json",
                    ".azurefunctions/Microsoft.Azure.WebJobs.Extensions.DurableTask.dll",
                ],
            file => Assert.True(File.Exists(Path.Combine(published.Path, file)), file)
        );
        Assert.Empty(
            (string[])[.. Directory.GetFiles(published.Path, "appsettings*.json"), .. Directory.GetFiles(published.Path, "web.config")]
        );
    }

    [Theory]
    [InlineData(".", "holdfast-app.deps.json"), InlineData(".azurefunctions", "function.deps.json")]
    public void Every_assembly_of_the_published_folder_is_in_its_bill_of_materials(string folder, string dependencies)
    {
        var path = Path.Combine(published.Path, folder);
        var bill = BillOfMaterials.Read(Path.Combine(path, "sbom.json"));
        var libraries = BillOfMaterials.LibrariesOf(Path.Combine(path, dependencies));

        var assemblies = Directory
            .GetFiles(path, "*.dll")
            .Select(Path.GetFileName)
            .Where(name => name != BillOfMaterials.OfTheSdk)
            .ToList();

        Assert.NotEmpty(assemblies);
        Assert.All(assemblies, assembly => Assert.Contains(libraries.GetValueOrDefault(assembly!, assembly!), bill.Names));
        Assert.Empty(bill.Faults);
    }

    private async Task<PublishedApp> StartAsync(bool extension)
    {
        var hub = $"Published{Interlocked.Increment(ref hubs)}";
        File.Delete(hubFile);
        var app = new PublishedApp(
            published.Path,
            azurite,
            () => extension ? new DurableExtension(azurite.ConnectionString, hub) : new EmbeddedEngine(hubFile)
        );
        await app.StartAsync();
        return app;
    }

    /// <summary>The worker dies while it exports.</summary>
    private static async Task<JsonNode> CaptureKilledAsync(PublishedApp app)
    {
        var slow = app["prod"].Inject(new("/configmaps?") { Delay = TimeSpan.FromSeconds(20) });
        var run = await app.PostAsync("captures", """{"clusters":["prod","other"]}""");
        await app.UntilAsync($"runs/{run}", (_, _) => slow.Struck > 0);
        await app.Host.KillWorkerAsync();
        slow.Dispose();
        return await app.ReportAsync(run);
    }

    /// <returns>Its path.</returns>
    private static async Task<string> LoseConfigMapAsync(PublishedApp app)
    {
        using var list = await app.AskClusterAsync("prod", HttpMethod.Get, "/api/v1/namespaces/shop/configmaps");
        var name = (string)
            JsonNode.Parse(await list.Content.ReadAsStringAsync())!["items"]!
                .AsArray()
                .Select(item => item!["metadata"]!["name"]!)
                .First(found => (string)found! != "kube-root-ca.crt")!;
        var path = $"/api/v1/namespaces/shop/configmaps/{name}";
        using var deleted = await app.AskClusterAsync("prod", HttpMethod.Delete, path);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        return path;
    }

    /// <summary>The host is stopped and started again while the restore waits for its approval.</summary>
    private static async Task<JsonNode> RestoreOverRestartAsync(PublishedApp app)
    {
        var run = await app.PostAsync(
            "restores",
            """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}"""
        );
        var waiting = await app.UntilAsync($"runs/{run}", (_, body) => (string?)body?["state"] == "WaitingForApproval");
        await app.Host.DisposeAsync();
        await app.StartAsync();
        Assert.Equal(
            202,
            (await app.SendAsync(HttpMethod.Post, $"runs/{run}/approve", $$"""{"plan":"{{waiting["status"]!["planDigest"]}}"}""")).Status
        );
        return await app.ReportAsync(run);
    }
}
