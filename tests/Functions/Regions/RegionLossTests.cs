using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Kubernetes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Storage;

namespace Holdfast.Functions.Tests.Regions;

/// <summary>
/// A region is lost with its cluster, its control container and its vault: what is left is a copy of the vault in another one. Azure is a
/// server that behaves as Resource Manager does, and the clusters that it "makes" are simulators.
/// </summary>
public sealed partial class RegionLossTests : IAsyncLifetime
{
    private const string Body = $$$"""
        {
          "cluster": "prod", "point": "latest",
          "newCluster": {
            "name": "prod-dr", "region": "northeurope", "resourceGroup": "dr",
            "resources": { "{{{SampleAks.Network}}}": "{{{DrNetwork}}}" }
          }
        }
        """;
    private const string DrNetwork =
        $"/subscriptions/{SampleAks.Subscription}/resourceGroups/dr/providers/Microsoft.Network/virtualNetworks/dr";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-regions-");
    private readonly Dictionary<string, SimulatedTestCluster> clusters = [];
    private readonly StorageSystem storage = new();
    private readonly List<CsiController> drivers = [];
    private SampleAks azure = null!;

    private DirectoryInfo Dr => folder.CreateSubdirectory("dr");

    public async Task InitializeAsync()
    {
        azure = await SampleAks.StartAsync();
        clusters["prod"] = await SimulatedTestCluster.StartAsync();
        clusters["prod-dr"] = await SimulatedTestCluster.StartAsync();
        azure.Clusters.KubeconfigOf = id => clusters.GetValueOrDefault(id.Split('/')[^1])?.Simulator.Kubeconfig();
        foreach (var cluster in clusters.Values)
            drivers.Add(await CsiController.StartAsync(cluster, storage));
        await SeedAsync(clusters["prod"], drivers[0]);
        await AddNodesAsync(clusters["prod-dr"], 5);
    }

    public async Task DisposeAsync()
    {
        foreach (var driver in drivers)
            await driver.DisposeAsync();
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        await azure.Server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_lost_region_comes_back_by_one_call_though_the_app_dies_at_the_end_of_every_step()
    {
        var captured = await CaptureAsync();
        await LoseRegionAsync();
        var tasks = new KilledTasks();

        var (run, report) = await RunAsync(tasks, Body);

        Assert.Equal(captured["capture"]!["objects"]!.GetValue<long>(), Restorable(report));
        AssertMade(report);
        Assert.Single(azure.Server.Requests, r => r.Method == "PUT" && r.Id.Type == azure.Clusters.Type);
        Assert.Equal(
            [
                "PlanNewCluster",
                "CreateNewCluster",
                "LookAtNewCluster",
                "RegisterNewCluster",
                "LookAtNodes",
                "BeginRestore",
                "ApplyStage",
                "EndRestore",
            ],
            tasks.Deaths.Distinct()
        );
        Assert.True(tasks.Deaths.Count(d => d == "ApplyStage") > 3);
        Assert.Equal((string?)report["run"], run);
        await AssertBackAsync();
    }

    [Fact]
    public async Task What_the_cluster_ran_on_is_in_the_point_and_in_what_the_api_says_of_it()
    {
        var captured = await CaptureAsync();
        await using var app = await RegionApp.StartAsync(folder.CreateSubdirectory("primary"), azure.Server);

        var path = $"/api/points/prod/{captured["capture"]!["point"]}";
        var point = await app.SendAsync(HttpMethod.Get, path, null, HttpStatusCode.OK, "Reader");

        Assert.Equal("aks", (string?)point["infrastructure"]!["provider"]);
        Assert.Equal(SampleAks.Id, (string?)point["infrastructure"]!["resourceId"]);
        Assert.All(SampleAks.Secrets, secret => Assert.DoesNotContain(secret, point.ToJsonString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_whose_infrastructure_cannot_be_read_has_a_point_with_a_gap()
    {
        azure.Server.Faults.Refuse(
            r => r is { Method: "GET", Id.Type: "Microsoft.ContainerService/managedClusters" },
            ArmException.Forbidden("Microsoft.ContainerService/managedClusters/read", SampleAks.Id)
        );

        var captured = await CaptureAsync();

        Assert.Equal("Partial", (string?)captured["state"]);
        var gap = captured["capture"]!["gaps"]!.AsArray().Single(g => (string?)g!["resource"] == "infrastructure");
        Assert.Contains("managedClusters/read", (string?)gap!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_says_which_cluster_it_leaves_and_the_next_one_uses_it()
    {
        await CaptureAsync();
        await LoseRegionAsync();
        azure.Server.Operations.Pace = new(1000, TimeSpan.Zero);
        await using var app = await RegionApp.StartAsync(Dr, azure.Server);
        var run = (string?)(await app.SendAsync(HttpMethod.Post, "/api/restores", Body, HttpStatusCode.Accepted))["run"];
        while (!azure.Server.Requests.Any(r => r.Method == "PUT" && r.Id.Name == "prod-dr"))
            await Task.Delay(20);

        await app.SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel", "{}", HttpStatusCode.Accepted);
        var cancelled = (await app.ReportAsync(run!, Never))!;
        azure.Server.Operations.Pace = ArmPace.AtOnce;
        azure.Server.Operations.Finish();
        var next = await app.SendAsync(HttpMethod.Post, "/api/restores", Body, HttpStatusCode.Accepted);
        var report = (await app.ReportAsync((string)next["run"]!, Never))!;

        Assert.Equal(("Cancelled", "Creating"), ((string?)cancelled["state"], (string?)cancelled["newCluster"]!["stage"]));
        Assert.Contains("/managedClusters/prod-dr", (string?)cancelled["failure"]!["message"], StringComparison.Ordinal);
        AssertMade(report);
        Assert.True((bool?)report["newCluster"]!["existed"]);
        Assert.Single(azure.Server.Requests, r => r.Method == "PUT" && r.Id.Name == "prod-dr");
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_made_fails_the_run_with_the_reason_and_nothing_is_registered()
    {
        await CaptureAsync();
        await LoseRegionAsync();
        azure.Server.Faults.Fail(r => r.Method == "PUT" && r.Id.Name == "prod-dr", new(409, "AllocationFailed", "no room in northeurope"));
        await using var app = await RegionApp.StartAsync(Dr, azure.Server);

        var run = (string?)(await app.SendAsync(HttpMethod.Post, "/api/restores", Body, HttpStatusCode.Accepted))["run"];
        var report = (await app.ReportAsync(run!, Never))!;

        Assert.Equal(("Failed", "cloud"), ((string?)report["state"], (string?)report["failure"]!["side"]));
        Assert.Contains("AllocationFailed", (string?)report["failure"]!["message"], StringComparison.Ordinal);
        Assert.Equal(("Failed", false), ((string?)report["newCluster"]!["stage"], (bool?)report["newCluster"]!["registered"]));
        await app.SendAsync(HttpMethod.Get, "/api/clusters/prod-dr", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_request_that_cannot_be_met_makes_nothing_and_says_all_that_is_wrong()
    {
        await CaptureAsync();
        await using var app = await RegionApp.StartAsync(folder.CreateSubdirectory("primary"), azure.Server);
        const string Unmapped = """{"cluster":"prod","point":"latest","newCluster":{"name":"prod-dr","region":"northeurope"}}""";

        var run = (string?)(await app.SendAsync(HttpMethod.Post, "/api/restores", Unmapped, HttpStatusCode.Accepted))["run"];
        var report = (await app.ReportAsync(run!, Never))!;

        Assert.Equal("Failed", (string?)report["state"]);
        Assert.Equal(("caller", "NewCluster"), ((string?)report["failure"]!["side"], (string?)report["failure"]!["reason"]));
        Assert.Equal("Absent", (string?)report["newCluster"]!["stage"]);
        Assert.DoesNotContain(azure.Server.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task Making_a_cluster_takes_an_Admin_and_restoring_into_a_registered_empty_one_does_not()
    {
        await CaptureAsync();
        await using var app = await RegionApp.StartAsync(folder.CreateSubdirectory("primary"), azure.Server);
        await app.SendAsync(HttpMethod.Put, "/api/clusters/spare", RegistrationOf("spare", clusters["prod-dr"]), HttpStatusCode.Created);
        const string Spare = """{"cluster":"prod","point":"latest","newCluster":{"name":"spare","provider":"registered"}}""";

        await app.SendAsync(HttpMethod.Post, "/api/restores", Body, HttpStatusCode.Forbidden, "Operator");
        var run = (string?)(await app.SendAsync(HttpMethod.Post, "/api/restores", Spare, HttpStatusCode.Accepted, "Operator"))["run"];
        var first = (await app.ReportAsync(run!, Never))!;
        run = (string?)(await app.SendAsync(HttpMethod.Post, "/api/restores", Spare, HttpStatusCode.Accepted, "Operator"))["run"];
        var second = (await app.ReportAsync(run!, Never))!;

        Assert.Equal(("registered", true), ((string?)first["newCluster"]!["provider"], (bool?)first["newCluster"]!["existed"]));
        Assert.NotNull(first["restore"]);
        Assert.Equal("Failed", (string?)second["state"]);
        Assert.Contains("isn't empty", (string?)second["failure"]!["message"], StringComparison.Ordinal);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
    private static readonly Task Never = new TaskCompletionSource().Task;

    /// <summary>In the region that will be lost.</summary>
    /// <param name="policy">Of the name <c>carried</c>; null: none.</param>
    private async Task<JsonObject> CaptureAsync(string? policy = null, RegionVault? vault = null)
    {
        await using var app = await RegionApp.StartAsync(folder.CreateSubdirectory("primary"), azure.Server, vault);
        await app.SendAsync(HttpMethod.Put, "/api/clusters/prod", Registration("prod"), HttpStatusCode.Created);
        if (policy is not null)
            await app.SendAsync(HttpMethod.Put, "/api/policies/carried", policy, HttpStatusCode.Created);
        var what = policy is null ? """{"clusters":["prod"]}""" : """{"policy":"carried"}""";
        var started = await app.SendAsync(HttpMethod.Post, "/api/captures", what, HttpStatusCode.Accepted);
        return (await app.ReportAsync((string)started["run"]!, Never))!;
    }

    private async Task LoseRegionAsync()
    {
        if (Directory.Exists(Path.Combine(folder.FullName, "primary", "vault")))
            CopyFolder(Path.Combine(folder.FullName, "primary", "vault"), Path.Combine(Dr.FullName, "vault"));
        Directory.Delete(Path.Combine(folder.FullName, "primary"), recursive: true);
        azure.LoseRegion();
        clusters.Remove("prod", out var lost);
        await drivers[0].DisposeAsync();
        drivers.RemoveAt(0);
        foreach (var volume in storage.Volumes.Keys)
            storage.DeleteVolume(volume);
        await lost!.DisposeAsync();
    }

    /// <summary>Starts the restore by one call, and the app again whenever it has died.</summary>
    private async Task<(string Run, JsonObject Report)> RunAsync(KilledTasks tasks, string body, RegionVault? vault = null)
    {
        string? run = null;
        while (true)
        {
            await using var app = await RegionApp.StartAsync(Dr, azure.Server, tasks.Register, TimeProvider.System, vault);
            run ??= (string)(await app.SendAsync(HttpMethod.Post, "/api/restores", body, HttpStatusCode.Accepted))["run"]!;
            if (await app.ReportAsync(run, tasks.Died) is { } report)
                return (run, report);
            tasks.Restart();
        }
    }

    private static void AssertMade(JsonObject report)
    {
        var made = report["newCluster"]!;
        Assert.True((string?)report["state"] == "Succeeded", report.ToJsonString());
        Assert.Equal(
            ("aks", "northeurope", "1.33.1", "Ready", true, 5),
            (
                (string?)made["provider"],
                (string?)made["region"],
                (string?)made["kubernetesVersion"],
                (string?)made["stage"],
                (bool?)made["registered"],
                (int?)made["nodes"]
            )
        );
    }

    /// <summary>Every object of the point has one outcome.</summary>
    private static long Restorable(JsonObject report) => report["restore"]!["counts"]!.AsObject().Sum(c => (long)c.Value!);

    private async Task AssertBackAsync()
    {
        using var requests = new ClusterRequests(clusters["prod-dr"].Endpoint);
        Assert.Equal(["web"], (await requests.GetAsync("/apis/apps/v1/namespaces/shop/deployments")).Names);
        Assert.Contains("hunter2", Decoded((await requests.GetAsync("/api/v1/namespaces/shop/secrets/db"))["data"]!["password"]!), Ordinal);
        using var volumes = new StorageSeed(clusters["prod-dr"], drivers[0]);
        Assert.Equal(("the orders", "the photos"), (await volumes.DataAsync("shop", "orders"), await volumes.DataAsync("shop", "photos")));
        await using var app = await RegionApp.StartAsync(Dr, azure.Server);
        var registered = await app.SendAsync(HttpMethod.Get, "/api/clusters/prod-dr", null, HttpStatusCode.OK);
        Assert.EndsWith("/resourceGroups/dr/providers/Microsoft.ContainerService/managedClusters/prod-dr", Text(registered), Ordinal);

        static string Decoded(JsonNode text) => Encoding.UTF8.GetString(Convert.FromBase64String((string)text!));

        static string? Text(JsonObject registration) => (string?)registration["azure"]!["resourceId"];
    }

    /// <summary>An application with data on two volumes.</summary>
    private static async Task SeedAsync(SimulatedTestCluster cluster, CsiController driver)
    {
        using var volumes = new StorageSeed(cluster, driver);
        await volumes.ClassesAsync();
        await volumes.NamespaceAsync("shop");
        await volumes.ClaimAsync("shop", "orders", "the orders");
        await volumes.ClaimAsync("shop", "photos", "the photos");
        using var requests = new ClusterRequests(cluster.Endpoint);
        await requests.PostAsync(
            "/api/v1/namespaces/shop/secrets",
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db"},"type":"Opaque","data":{"password":"aHVudGVyMg=="}}"""
        );
        await requests.PostAsync(
            "/apis/apps/v1/namespaces/shop/deployments",
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,
             "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
             "spec":{"containers":[{"name":"web","image":"example.org/web:1"}]}}}}
            """
        );
        await cluster.Simulator.SettleAsync(default);
    }

    private static async Task AddNodesAsync(SimulatedTestCluster cluster, int count)
    {
        using var requests = new ClusterRequests(cluster.Endpoint);
        for (var i = 0; i < count; i++)
        {
            await requests.PostAsync("/api/v1/nodes", Node(i));
            await requests.PatchAsync($"/api/v1/nodes/node-{i}/status", """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""");
        }
    }

    private static string Registration(string name) =>
        new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["azure"] = new JsonObject { ["resourceId"] = SampleAks.Id },
            ["authentication"] = new JsonObject { ["aks"] = new JsonObject() },
        }.ToJsonString();

    private static string RegistrationOf(string name, SimulatedTestCluster cluster) =>
        new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = cluster.KubeconfigPath } },
        }.ToJsonString();

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
