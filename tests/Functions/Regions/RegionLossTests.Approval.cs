using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Regions;

/// <summary>With approvals: of the cluster before it is made, and of the restore when it is there.</summary>
public sealed partial class RegionLossTests
{
    private const string Approver = "Operator as:kim@example.org";

    private static string Approved => Body.TrimEnd()[..^1] + ""","approval":{}}""";

    [Fact]
    public async Task A_cluster_is_made_when_its_plan_is_approved_and_restored_into_when_the_restores_is()
    {
        await CaptureAsync();
        await LoseRegionAsync();
        await using var app = await RegionApp.StartAsync(Dr, azure.Server);
        var run = (string)(await app.SendAsync(HttpMethod.Post, "/api/restores", Approved, HttpStatusCode.Accepted))["run"]!;

        var cluster = await WaitingAsync(app, run, "new cluster: waiting for approval");
        Assert.DoesNotContain(azure.Server.Requests, r => r.Method == "PUT");
        var plan = await app.SendAsync(HttpMethod.Get, $"/api/runs/{run}/new-cluster", null, HttpStatusCode.OK, "Reader");
        Assert.Equal(
            (cluster, "northeurope", "1.33.1", false),
            ((string?)plan["digest"], (string?)plan["region"], (string?)plan["kubernetesVersion"], (bool?)plan["exists"])
        );
        Assert.NotEmpty(plan["notes"]!.AsArray());
        Assert.Contains(DrNetwork, plan["body"]!.ToJsonString(), Ordinal);
        await DecideAsync(app, run, cluster, "Approved", HttpStatusCode.Forbidden, "Admin");
        await DecideAsync(app, run, cluster, "Approved", HttpStatusCode.Accepted);
        var restore = await WaitingAsync(app, run, "waiting for approval");
        Assert.NotEqual(cluster, restore);
        await DecideAsync(app, run, cluster, "Approved", HttpStatusCode.UnprocessableEntity);
        await DecideAsync(app, run, restore, "Approved", HttpStatusCode.Accepted);
        var report = (await app.ReportAsync(run, Never))!;

        AssertMade(report);
        Assert.Equal(cluster, (string?)report["newCluster"]!["approval"]!["planDigest"]);
        Assert.Equal(restore, (string?)report["approval"]!["planDigest"]);
    }

    [Fact]
    public async Task A_cluster_whose_plan_is_denied_is_not_made()
    {
        await CaptureAsync();
        await LoseRegionAsync();
        await using var app = await RegionApp.StartAsync(Dr, azure.Server);
        var run = (string)(await app.SendAsync(HttpMethod.Post, "/api/restores", Approved, HttpStatusCode.Accepted))["run"]!;

        await DecideAsync(app, run, await WaitingAsync(app, run, "new cluster: waiting for approval"), "Denied", HttpStatusCode.Accepted);
        var report = (await app.ReportAsync(run, Never))!;

        Assert.Equal(("Cancelled", "Denied"), ((string?)report["state"], (string?)report["failure"]!["reason"]));
        Assert.Equal(("Absent", false), ((string?)report["newCluster"]!["stage"], (bool?)report["newCluster"]!["registered"]));
        Assert.DoesNotContain(azure.Server.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task A_plan_of_a_cluster_that_was_changed_after_it_was_shown_is_not_approved()
    {
        await CaptureAsync();
        await LoseRegionAsync();
        await using var app = await RegionApp.StartAsync(Dr, azure.Server);
        var run = (string)(await app.SendAsync(HttpMethod.Post, "/api/restores", Approved, HttpStatusCode.Accepted))["run"]!;
        var digest = await WaitingAsync(app, run, "new cluster: waiting for approval");

        var file = Path.Combine(Dr.FullName, "control", "runs", run, "new-cluster.json");
        var changed = File.ReadAllText(file).Replace("northeurope", "westeurope", Ordinal);
        File.Delete(file);
        File.WriteAllText(file, changed);

        await DecideAsync(app, run, digest, "Approved", HttpStatusCode.UnprocessableEntity);
        Assert.DoesNotContain(azure.Server.Requests, r => r.Method == "PUT");
    }

    /// <returns>The digest of what is waited for.</returns>
    private static async Task<string> WaitingAsync(RegionApp app, string run, string phase)
    {
        while (true)
        {
            var status = (await app.SendAsync(HttpMethod.Get, $"/api/runs/{run}", null, HttpStatusCode.OK))["status"];
            if ((string?)status?["state"] == "WaitingForApproval" && (string?)status["phase"] == phase)
                return (string)status["planDigest"]!;
            await Task.Delay(50);
        }
    }

    private static Task DecideAsync(
        RegionApp app,
        string run,
        string plan,
        string decision,
        HttpStatusCode expected,
        string role = Approver
    ) =>
        app.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{run}/approve",
            new JsonObject { ["plan"] = plan, ["decision"] = decision }.ToJsonString(),
            expected,
            role
        );
}
