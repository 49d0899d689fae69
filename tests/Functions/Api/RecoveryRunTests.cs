using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Functions.Tests.Api;

public sealed class RecoveryRunTests(ApiBench bench) : IClassFixture<ApiBench>
{
    private const string Other = "Operator as:kim@example.org";

    [Fact]
    public async Task A_recovery_is_planned_read_approved_continued_after_its_pause_and_reported()
    {
        var (source, spare) = await StartAsync("reco-all");
        var planned = await bench.ReportAsync(
            await bench.PostAsync("/api/recovery-plans", $$$"""{"recovery":{{{Document("reco-all", "Look at it")}}}}""")
        );
        var plan = planned["recovery"]!["plan"]!;
        var view = (await bench.GetAsync($"/api/recoveries/{plan["run"]}")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("RecoveryPlan", "Succeeded"), ((string)view["run"]!["kind"]!, (string)view["run"]!["state"]!));
        Assert.Equal((string)plan["digest"]!, (string)view["plan"]!["digest"]!);
        var restore = view["groups"]![1]!["restores"]![0]!;
        Assert.Equal(("reco-all-spare", true), ((string)restore["target"]!, (int)restore["counts"]!["Create"]! > 5));
        (await bench.GetAsync($"/api/plans/{restore["plan"]!["run"]}")).Is(HttpStatusCode.OK);

        var started = (
            await bench.PostAsync("/api/recoveries", $$$"""{"plan":{{{plan.ToJsonString()}}},"approval":{}}""", key: "reco-all")
        ).Is(HttpStatusCode.Accepted);
        Assert.Equal(
            (string)started.Json["run"]!,
            (string)
                (await bench.PostAsync("/api/recoveries", $$$"""{"plan":{{{plan.ToJsonString()}}},"approval":{}}""", key: "reco-all")).Json[
                    "run"
                ]!
        );
        var path = started.Headers["Location"];
        await StateAsync(path, "WaitingForApproval");
        var approval = $$"""{"plan":"{{plan["digest"]}}"}""";
        (await bench.PostAsync($"{path}/approve", approval)).Is(HttpStatusCode.Forbidden);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{new string('0', 64)}}"}""", Other)).Is(
            HttpStatusCode.UnprocessableEntity
        );
        Assert.False(await source.HasConfigMapAsync("settings-3"));
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", approval, Other)).Is(HttpStatusCode.Accepted);
        await StateAsync(path, "Paused");
        Assert.True(await source.HasConfigMapAsync("settings-3"));
        Assert.False(await spare.HasConfigMapAsync("settings-3"));
        var listed = (await bench.GetAsync("/api/runs?kind=Recovery&state=Paused")).Json["items"]!.AsArray();
        Assert.Contains("Look at it", (string)listed.Single(run => (string)run!["run"]! == (string)started.Json["run"]!)!["message"]!);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/resume", null, "Operator")).Is(HttpStatusCode.Accepted);
        var report = await bench.ReportAsync(started);

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.True((double)report["recovery"]!["rtoSeconds"]! > 0);
        Assert.True(await spare.HasConfigMapAsync("settings-3"));
        Assert.Equal(
            ["Succeeded", "Succeeded"],
            (await bench.GetAsync($"/api/recoveries/{started.Json["run"]}")).Json["groups"]!
                .AsArray()
                .Select(group => (string)group!["restores"]![0]!["state"]!)
        );
        (await bench.SendAsync(HttpMethod.Post, $"{path}/resume", null, "Operator")).Is(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_plan_that_was_changed_where_it_is_kept_is_not_shown_or_approved()
    {
        var (source, _) = await StartAsync("reco-forged");
        var started = await bench.PostAsync("/api/recoveries", $$$"""{"recovery":{{{Document("reco-forged", null)}}},"approval":{}}""");
        var path = started.Is(HttpStatusCode.Accepted).Headers["Location"];
        var digest = (string)(await StateAsync(path, "WaitingForApproval"))["status"]!["planDigest"]!;
        var kept = $"{RunReports.FolderOf(RunId.Parse((string)started.Json["run"]!))}recovery-plan.json";
        var plan = JsonNode.Parse((await bench.Control.ReadAsync(kept, default))!.Content.Span)!;
        plan["binding"] = new string('0', 64);

        await bench.Control.PutAsync(kept, Encoding.UTF8.GetBytes(plan.ToJsonString()), default);

        (await bench.GetAsync($"/api/recoveries/{started.Json["run"]}")).Is(HttpStatusCode.UnprocessableEntity);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{digest}}"}""", Other)).Is(
            HttpStatusCode.UnprocessableEntity
        );
        (await bench.PostAsync($"{path}/approve", $$"""{"plan":"{{digest}}","decision":"Denied"}""")).Is(HttpStatusCode.Accepted);
        Assert.Equal("Cancelled", (string)(await bench.ReportAsync(started))["state"]!);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/resume", null, "Operator")).Is(HttpStatusCode.Conflict);
        Assert.False(await source.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task A_group_that_fails_stops_the_recovery_and_it_is_resumed_or_cancelled_by_its_run()
    {
        var (source, spare) = await StartAsync("reco-stop");
        var document = Document("reco-stop", null)
            .Replace(
                "\"restores\":",
                """
                "checks":[{"restore":"source","kind":"configmap","namespace":"shop","name":"settings-9","withinSeconds":0}],"restores":
                """,
                StringComparison.Ordinal
            );
        var started = await bench.PostAsync("/api/recoveries", $$$"""{"recovery":{{{document}}}}""");

        var stopped = await bench.ReportAsync(started);
        var resumed = await bench.ReportAsync(
            await bench.SendAsync(HttpMethod.Post, $"{started.Headers["Location"]}/resume", null, "Operator")
        );

        Assert.All(
            [stopped, resumed],
            report => Assert.Equal(("Failed", "RecoveryStopped"), ((string)report["state"]!, (string)report["failure"]!["reason"]!))
        );
        Assert.Contains("configmap/settings-9", (string)stopped["failure"]!["message"]!);
        Assert.True(await source.HasConfigMapAsync("settings-3"));
        Assert.False(await spare.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task Everything_wrong_with_a_recovery_is_reported_at_once()
    {
        await StartAsync("reco-wrong");
        var nowhere = Document("reco-wrong", null)
            .Replace("reco-wrong-spare", "nowhere", StringComparison.Ordinal)
            .Replace("\"name\":\"source\",", "\"name\":\"source\",\"point\":\"20200101T000000Z-000000\",", StringComparison.Ordinal);
        var kubeconfig = Document("reco-wrong", null)
            .Replace("\"cluster\":\"reco-wrong-spare\"", "\"kubeconfig\":\"spare.yaml\"", StringComparison.Ordinal);

        Assert.Equal(["/recovery"], await ErrorsAsync("{}"));
        Assert.Equal(["/recovery"], await ErrorsAsync("""{"recovery":{"version":1,"groups":[]}}"""));
        Assert.Equal(["/recovery/drill"], await ErrorsAsync($$$"""{"recovery":{{{Document("reco-wrong", null)}}},"drill":true}"""));
        Assert.Equal(
            ["/recovery/groups/0/restores/0/point", "/recovery/groups/1/restores/0/target/cluster"],
            await ErrorsAsync($$$"""{"recovery":{{{nowhere}}}}""")
        );
        Assert.Equal(["/recovery/groups/1/restores/0/target/cluster"], await ErrorsAsync($$$"""{"recovery":{{{kubeconfig}}}}"""));
        Assert.Equal(
            ["/plan/run"],
            await ErrorsAsync($$$"""{"plan":{"run":"20261122T053000Z-00000000","digest":"{{{new string('0', 64)}}}"}}""", "/api/recoveries")
        );
    }

    private async Task<IEnumerable<string>> ErrorsAsync(string body, string path = "/api/recovery-plans") =>
        (await bench.PostAsync(path, body)).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths;

    /// <summary>A captured cluster that has lost something, and an empty one.</summary>
    private async Task<(SimulatedTestCluster Source, SimulatedTestCluster Spare)> StartAsync(string name)
    {
        var source = await bench.RegisterAsync(name);
        var spare = await bench.RegisterAsync($"{name}-spare");
        await source.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", $$"""{"clusters":["{{name}}"]}"""));
        await source.LoseConfigMapsAsync();
        return (source, spare);
    }

    private static string Document(string cluster, string? pause) =>
        """
            {"version":1,"groups":[
              {"name":"first","waitSeconds":0,"pause":PAUSE,"restores":[{"name":"source",
               "request":{"cluster":"C","selection":{"namespaces":["shop"]}}}]},
              {"name":"second","waitSeconds":0,"restores":[{"name":"spare","target":{"cluster":"C-spare"},
               "request":{"cluster":"C","intoOtherCluster":true,"selection":{"namespaces":["shop"]}}}]}]}
            """.Replace("PAUSE", pause is null ? "null" : $"\"{pause}\"", StringComparison.Ordinal).Replace(
            "\"C",
            $"\"{cluster}",
            StringComparison.Ordinal
        );

    private async Task<JsonObject> StateAsync(string path, string state)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            var run = (await bench.GetAsync(path)).Is(HttpStatusCode.OK).Json;
            if ((string)run["state"]! == state)
                return run;
            Assert.Null(run["endedAt"]);
            await Task.Delay(50);
        }
        throw new InvalidOperationException($"the recovery never was {state}");
    }
}
