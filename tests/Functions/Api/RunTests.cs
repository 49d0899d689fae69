using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Unreported;
using Holdfast.Protection.Restore.Planning;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Api;

public sealed class RunTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task A_capture_is_begun_followed_and_told()
    {
        await bench.RegisterAsync("prod-capture");

        var started = await bench.PostAsync("/api/captures", """{"clusters":["prod-capture"]}""");
        var report = await bench.ReportAsync(started);
        var run = (await bench.GetAsync(started.Headers["Location"])).Is(HttpStatusCode.OK).Json;
        var listed = (await bench.GetAsync("/api/runs?kind=Capture&cluster=prod-capture")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        var points = (await bench.GetAsync("/api/points?cluster=prod-capture")).Json["items"]!.AsArray();

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.Equal("Succeeded", (string)run["state"]!);
        Assert.StartsWith("entra:", (string)report["requestedBy"]!);
        Assert.Single(listed);
        Assert.Equal((string)points.Single()!["id"]!, (string)report["capture"]!["point"]!);
    }

    [Fact]
    public async Task A_repeated_idempotency_key_answers_the_same_and_starts_nothing()
    {
        await bench.RegisterAsync("prod-twice");
        var body = """{"clusters":["prod-twice"]}""";

        var first = await bench.PostAsync("/api/captures", body, key: "once-only");
        var again = await bench.PostAsync("/api/captures", body, key: "once-only");
        await bench.ReportAsync(first);
        var later = await bench.PostAsync("/api/captures", body, key: "once-only");
        var otherBody = await bench.PostAsync("/api/captures", """{"clusters":["prod-twice"],"full":true}""", key: "once-only");

        Assert.Equal([first.Body, first.Body], [again.Body, later.Body]);
        Assert.Equal("true", later.Headers["Idempotency-Replayed"]);
        Assert.Equal(first.Headers["Location"], later.Headers["Location"]);
        otherBody.Is(HttpStatusCode.UnprocessableEntity);
        Assert.EndsWith("/idempotency-key-reused", (string)otherBody.Json["type"]!);
        Assert.Single((await bench.GetAsync("/api/points?cluster=prod-twice")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_key_whose_request_was_refused_may_stand_for_the_mended_one()
    {
        await bench.RegisterAsync("prod-mended");

        (await bench.PostAsync("/api/captures", """{"clusters":["prod-mendde"]}""", key: "mended")).Is(HttpStatusCode.UnprocessableEntity);

        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-mended"]}""", key: "mended"));
    }

    [Fact]
    public async Task Keys_that_can_not_be_are_refused() =>
        Assert.Equal(["Idempotency-Key"], (await bench.PostAsync("/api/captures", """{"clusters":["x"]}""", key: new string('k', 201))).Is(HttpStatusCode.BadRequest).ErrorPaths);

    [Fact]
    public async Task A_policys_cluster_that_can_not_be_captured_has_failed_in_the_report()
    {
        await bench.RegisterAsync("prod-covered");
        await bench.Control.PutAsync("clusters/prod-damaged.json", "{"u8.ToArray(), default);
        await PutPolicyAsync("covering-unusable", "prod-covered", "prod-coverd", "prod-damaged");

        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"policy":"covering-unusable"}"""));
        await bench.Control.DeleteAsync("clusters/prod-damaged.json", null, default);

        Assert.Equal("Partial", (string)report["state"]!);
        Assert.Equal(
            ["prod-coverd Failed", "prod-covered Succeeded", "prod-damaged Failed"],
            report["clusters"]!.AsArray().Select(part => $"{part!["cluster"]} {part["state"]}"));
    }

    [Fact]
    public async Task A_policy_of_which_no_cluster_can_be_captured_is_refused_with_the_reason_of_each()
    {
        await PutPolicyAsync("uncovered", "nobody", "nothing");

        Assert.Equal(["/policy", "/policy"], (await bench.PostAsync("/api/captures", """{"policy":"uncovered"}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
    }

    [Fact]
    public async Task A_cluster_whose_registration_can_not_be_read_is_neither_captured_nor_restored_into()
    {
        await bench.Control.PutAsync("clusters/unreadable.json", "{"u8.ToArray(), default);
        var capture = await bench.PostAsync("/api/captures", """{"clusters":["unreadable"]}""");
        var restore = await bench.PostAsync("/api/restores", """{"cluster":"unreadable","point":"latest"}""");
        await bench.Control.DeleteAsync("clusters/unreadable.json", null, default);

        Assert.Equal(["/clusters/0"], capture.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
        Assert.Contains("/cluster", restore.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
    }

    [Fact]
    public async Task A_time_to_keep_until_that_is_over_is_refused()
    {
        await bench.RegisterAsync("prod-kept");

        Assert.Equal(["/keepUntil"], (await bench.PostAsync("/api/captures", """{"clusters":["prod-kept"],"keepUntil":"2020-01-01T00:00:00Z"}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
    }

    [Fact]
    public async Task A_report_that_can_not_be_used_is_told_where_it_stands_and_hides_no_other()
    {
        await bench.RegisterAsync("prod-reported");
        var first = await bench.PostAsync("/api/captures", """{"clusters":["prod-reported"]}""");
        await bench.ReportAsync(first);
        var second = await bench.PostAsync("/api/captures", """{"clusters":["prod-reported"]}""");
        await bench.ReportAsync(second);
        var path = $"runs/{first.Json["run"]}.json";
        await bench.Control.PutAsync(path, """{"run":"x"}"""u8.ToArray(), default);

        var listed = (await bench.GetAsync("/api/runs?cluster=prod-reported")).Is(HttpStatusCode.OK).Json;
        var read = (await bench.GetAsync($"/api/runs/{first.Json["run"]}/report")).Is(HttpStatusCode.InternalServerError);
        await bench.Control.DeleteAsync(path, null, default);

        Assert.Equal((string)second.Json["run"]!, (string)Assert.Single(listed["items"]!.AsArray())!["run"]!);
        Assert.Equal(path, (string)Assert.Single(listed["unusable"]!.AsArray())!["path"]!);
        Assert.EndsWith("/control-document", (string)read.Json["type"]!);
        Assert.Contains(path, (string)read.Json["detail"]!);
    }

    private async Task PutPolicyAsync(string name, params string[] clusters)
    {
        var policy = new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["clusters"] = new JsonObject { ["names"] = new JsonArray([.. clusters.Select(cluster => (JsonNode)cluster)]) },
            ["schedule"] = new JsonObject { ["cron"] = "0 2 * * *" },
        };
        (await bench.SendAsync(HttpMethod.Put, $"/api/policies/{name}", policy.ToJsonString(), "Operator")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_capture_is_told_at_once()
    {
        var answer = await bench.PostAsync("/api/captures", """{"clusters":["nowhere","never","nowhere"],"policy":"unknown","scope":{},"newIncarnation":true}""");

        Assert.Equal(["/policy", "/scope", "/newIncarnation", "/clusters/0", "/clusters/1", "/clusters/2"], answer.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
    }

    [Fact]
    public async Task A_malformed_scope_and_a_time_that_is_over_are_refused_before_a_run_is_started()
    {
        await bench.RegisterAsync("prod-malformed");

        var answer = await bench.PostAsync("/api/captures", """
            {"clusters":["prod-malformed"],"keepUntil":"2001-01-01T00:00:00Z","scope":{"namespaces":["ok","No"],"excludedResources":["Pod"],"labelSelector":"a in b"}}
            """);

        Assert.Equal(["/scope/namespaces/1", "/scope/excludedResources/0", "/scope/labelSelector", "/keepUntil"], answer.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
    }

    [Fact]
    public async Task A_capture_of_what_the_cluster_does_not_have_fails_with_the_nearest_names()
    {
        await bench.RegisterAsync("prod-unmatched");

        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-unmatched"],"scope":{"namespaces":["kube-sytem"]} }"""));

        Assert.Equal(("Failed", "capture", "BadRequest"), ((string)report["state"]!, (string)report["failure"]!["side"]!, (string)report["failure"]!["reason"]!));
        Assert.Contains("'kube-system'", (string)report["failure"]!["message"]!);
        Assert.Empty((await bench.GetAsync("/api/points?cluster=prod-unmatched")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_capture_of_nothing_is_refused() =>
        Assert.Equal(["/clusters"], (await bench.PostAsync("/api/captures", "{}")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);

    [Theory]
    [InlineData("cancel", "{}"), InlineData("approve", """{"plan":"0000000000000000000000000000000000000000000000000000000000000000"}"""), InlineData("resume", null)]
    public async Task What_is_told_to_a_run_that_does_not_exist_is_not_found(string verb, string? body) =>
        (await bench.SendAsync(HttpMethod.Post, $"/api/runs/20261122T053000Z-00000000/{verb}", body, "Operator")).Is(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("cancel", "{}"), InlineData("approve", """{"plan":"0000000000000000000000000000000000000000000000000000000000000000"}"""), InlineData("resume", null)]
    public async Task What_is_told_to_a_run_that_has_ended_is_a_conflict(string verb, string? body)
    {
        await bench.RegisterAsync($"prod-ended-{verb}");
        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", $$"""{"clusters":["prod-ended-{{verb}}"]}"""));

        (await bench.SendAsync(HttpMethod.Post, $"/api/runs/{report["run"]}/{verb}", body, "Operator")).Is(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_policys_capture_is_of_every_cluster_that_it_covers_and_told_as_one_run()
    {
        await bench.RegisterAsync("prod-covered-a");
        await bench.RegisterAsync("prod-covered-b");
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/covering", ApiBench.Policy("covering"), "Operator")).Is(HttpStatusCode.Created);

        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"policy":"covering","clusters":["prod-covered-a","prod-covered-b"]}"""));
        var parts = (await bench.GetAsync("/api/runs?cluster=prod-covered-b")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();

        Assert.Equal(("Fleet", "Succeeded", "covering"), ((string)report["kind"]!, (string)report["state"]!, (string)report["policy"]!));
        Assert.Equal(["prod-covered-a", "prod-covered-b"], report["clusters"]!.AsArray().Select(part => (string)part!["cluster"]!));
        Assert.Contains(parts, part => ((string)part!["run"]!).StartsWith((string)report["run"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_is_planned_looked_at_applied_and_told()
    {
        var cluster = await bench.RegisterAsync("prod-restore");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-restore"]}"""));
        await cluster.LoseConfigMapsAsync();

        var planned = await bench.ReportAsync(await bench.PostAsync("/api/plans", """{"cluster":"prod-restore","point":"latest","selection":{"namespaces":["shop"]}}"""));
        var plan = await PlanAsync((string)planned["run"]!);
        var restored = await bench.ReportAsync(await bench.PostAsync("/api/restores", $$$"""{"plan":{"run":"{{{planned["run"]}}}","digest":"{{{planned["plan"]!["digest"]}}}"}}"""));

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"settings-{i}"), plan.Where(step => (string)step["action"]! == "Create").Select(step => (string)step["name"]!));
        Assert.Equal("Succeeded", (string)restored["state"]!);
        Assert.Equal(5, (int)restored["restore"]!["counts"]!["Created"]!);
        Assert.True(await cluster.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task A_restore_waits_for_somebody_else_to_approve_the_plan_that_it_has()
    {
        var cluster = await bench.RegisterAsync("prod-approve");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-approve"]}"""));
        await cluster.LoseConfigMapsAsync();
        var started = (await bench.PostAsync("/api/restores", """{"cluster":"prod-approve","point":"latest","selection":{"namespaces":["shop"]},"approval":{"timeoutMinutes":5}}""")).Is(HttpStatusCode.Accepted);
        var path = started.Headers["Location"];
        var digest = await WaitingPlanAsync(path);

        (await bench.PostAsync($"{path}/approve", $$"""{"plan":"{{digest}}"}""")).Is(HttpStatusCode.Forbidden);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{new string('0', 64)}}"}""", "Operator as:kim@example.org")).Is(HttpStatusCode.UnprocessableEntity);
        Assert.False(await cluster.HasConfigMapAsync("settings-3"));
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{digest}}"}""", "Operator as:kim@example.org")).Is(HttpStatusCode.Accepted);
        var report = await bench.ReportAsync(started);

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.EndsWith("kim@example.org", (string)report["approval"]!["by"]!);
        Assert.True(await cluster.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task A_plan_that_was_changed_where_it_is_kept_is_not_shown_approved_or_applied()
    {
        var cluster = await bench.RegisterAsync("prod-forged");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-forged"]}"""));
        await cluster.LoseConfigMapsAsync();
        var started = (await bench.PostAsync("/api/restores", """{"cluster":"prod-forged","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}""")).Is(HttpStatusCode.Accepted);
        var path = started.Headers["Location"];
        var digest = await WaitingPlanAsync(path);
        var run = (string)started.Json["run"]!;
        var kept = $"{RunReports.FolderOf(RunId.Parse(run))}plan.json";
        var plan = PlanDocument.Read((await bench.Control.ReadAsync(kept, default))!.Content.Span);

        await bench.Control.PutAsync(kept, PlanDocument.Write(PlanDocument.Kept(plan with { Steps = plan.Steps[1..] })), default);

        (await bench.GetAsync($"/api/plans/{run}")).Is(HttpStatusCode.UnprocessableEntity);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{digest}}"}""", "Operator as:kim@example.org")).Is(HttpStatusCode.UnprocessableEntity);
        (await bench.PostAsync($"{path}/approve", $$"""{"plan":"{{digest}}","decision":"Denied"}""")).Is(HttpStatusCode.Accepted);
        Assert.Equal("Cancelled", (string)(await bench.ReportAsync(started))["state"]!);
        Assert.False(await cluster.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task A_restore_that_was_denied_changed_nothing_and_can_not_be_resumed_around_the_denial()
    {
        var cluster = await bench.RegisterAsync("prod-deny");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-deny"]}"""));
        await cluster.LoseConfigMapsAsync();
        var started = (await bench.PostAsync("/api/restores", """{"cluster":"prod-deny","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}""")).Is(HttpStatusCode.Accepted);
        var path = started.Headers["Location"];
        var digest = await WaitingPlanAsync(path);

        (await bench.PostAsync($"{path}/approve", $$"""{"plan":"{{digest}}","decision":"Denied","comment":"wrong point"}""")).Is(HttpStatusCode.Accepted);
        var report = await bench.ReportAsync(started);

        Assert.Equal("Cancelled", (string)report["state"]!);
        Assert.Contains("wrong point", (string)report["failure"]!["message"]!);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/resume", null, "Operator")).Is(HttpStatusCode.Conflict);
        Assert.False(await cluster.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task A_restore_that_was_terminated_in_the_engine_while_it_waited_is_reported_and_can_not_be_resumed_around_the_approval()
    {
        var cluster = await bench.RegisterAsync("prod-terminated");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-terminated"]}"""));
        await cluster.LoseConfigMapsAsync();
        var started = (await bench.PostAsync("/api/restores", """{"cluster":"prod-terminated","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}""")).Is(HttpStatusCode.Accepted);
        await WaitingPlanAsync(started.Headers["Location"]);
        await bench.Engine.TerminateInstanceAsync((string)started.Json["run"]!, "wrong point");
        await bench.Engine.WaitForInstanceCompletionAsync((string)started.Json["run"]!, default);

        await new UnreportedRuns(bench.App.Workspace, bench.Engine, NullLogger.Instance).ReportStoredAsync(default);
        var report = await bench.ReportAsync(started);

        Assert.Equal("Cancelled", (string)report["state"]!);
        Assert.Contains("wrong point", (string)report["failure"]!["message"]!);
        Assert.NotNull(report["plan"]);
        (await bench.SendAsync(HttpMethod.Post, $"{started.Headers["Location"]}/resume", null, "Operator")).Is(HttpStatusCode.Conflict);
        Assert.False(await cluster.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_restore_is_told_at_once()
    {
        await bench.RegisterAsync("prod-wrong");

        Assert.Equal(["/cluster", "/point"], (await bench.PostAsync("/api/plans", "{}")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
        Assert.Equal(["/target", "/point"], (await bench.PostAsync("/api/restores", """{"cluster":"prod-wrong","point":"latest","target":"nowhere"}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
        Assert.Equal(["/approval/timeoutMinutes"], (await bench.PostAsync("/api/restores", """{"cluster":"prod-wrong","point":"latest","approval":{"timeoutMinutes":0}}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
        Assert.Equal(["/plan/run"], (await bench.PostAsync("/api/restores", $$$"""{"plan":{"run":"20261122T053000Z-00000000","digest":"{{{new string('0', 64)}}}"}}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
        Assert.Equal(["/plan"], (await bench.PostAsync("/api/restores", $$$"""{"cluster":"prod-wrong","plan":{"run":"20261122T053000Z-00000000","digest":"{{{new string('0', 64)}}}"}}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
    }

    [Fact]
    public async Task Every_call_that_changes_something_leaves_a_record_and_so_does_every_attempt()
    {
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/recorded", ApiBench.Policy("recorded"), "Operator")).Is(HttpStatusCode.Created);
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/recorded", ApiBench.Policy("recorded"), "Reader")).Is(HttpStatusCode.Forbidden);
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/recorded", ApiBench.Policy("recorded"), "Operator")).Is(HttpStatusCode.PreconditionRequired);
        (await bench.SendAsync(HttpMethod.Delete, "/api/policies/recorded", null, "Admin", ("If-Match", "*"))).Is(HttpStatusCode.NoContent);

        var records = (await bench.GetAsync("/api/audit?limit=1000", "Admin")).Is(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Select(entry => entry!["record"]!).Where(record => (string)record["target"]! == "/api/policies/recorded").Reverse().Select(Words);

        Assert.Equal(["policies.replace Succeeded", "policies.replace Refused", "policies.replace Refused", "policies.delete Succeeded"], records);
    }

    [Fact]
    public async Task A_fleets_order_travels_in_brief_and_is_gone_when_the_run_has_ended()
    {
        var names = Enumerable.Range(0, 150).Select(i => $"many-{i:000}").ToArray();
        foreach (var name in names)
            (await bench.SendAsync(HttpMethod.Put, $"/api/clusters/{name}", ApiBench.Registration(name), "Admin", ("If-None-Match", "*"))).Is(HttpStatusCode.Created);
        var body = new JsonObject { ["clusters"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]), ["scope"] = new JsonObject { ["excludedNamespaces"] = new JsonArray("left-out") } }.ToJsonString();

        var started = await bench.PostAsync("/api/captures", body, key: "many");
        var again = await bench.PostAsync("/api/captures", body, key: "many");
        var report = await bench.ReportAsync(started);
        var instance = await bench.Engine.GetInstanceAsync((string)report["run"]!, getInputsAndOutputs: true);

        Assert.Equal(started.Body, again.Body);
        Assert.Equal(names, report["clusters"]!.AsArray().Select(part => (string)part!["cluster"]!));
        Assert.DoesNotContain("many-000", instance!.SerializedInput);
        Assert.DoesNotContain("left-out", instance.SerializedInput);
        Assert.Null(await bench.Control.ReadAsync($"orders/{report["run"]}.json", default));
    }

    [Theory]
    [InlineData("cancel", """{"reason":"TEXT"}""", "/reason"), InlineData("approve", """{"plan":"0000000000000000000000000000000000000000000000000000000000000000","comment":"TEXT"}""", "/comment")]
    public async Task Words_for_a_run_have_a_length(string verb, string body, string path) => Assert.Equal(
        [path], (await bench.PostAsync($"/api/runs/20261122T053000Z-00000000/{verb}", body.Replace("TEXT", new string('x', 501), StringComparison.Ordinal))).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);

    [Theory]
    [InlineData("kind=Unicorn", "kind"), InlineData("state=Odd", "state"), InlineData("cluster=UPPER", "cluster"), InlineData("continuation=eHh4", "continuation")]
    public async Task A_listing_of_runs_names_what_can_not_be(string query, string parameter) =>
        Assert.Equal([parameter], (await bench.GetAsync($"/api/runs?{query}")).Is(HttpStatusCode.BadRequest).ErrorPaths);

    [Theory]
    [InlineData("from=yesterday"), InlineData("from=2020-01-01"), InlineData("to=2020-01-01&from=2021-01-01")]
    public async Task A_time_of_the_audit_that_can_not_be_is_named(string query) =>
        Assert.Equal(["from"], (await bench.GetAsync($"/api/audit?{query}", "Admin")).Is(HttpStatusCode.BadRequest).ErrorPaths);

    private async Task<List<JsonNode>> PlanAsync(string run)
    {
        var steps = new List<JsonNode>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = (await bench.GetAsync($"/api/plans/{run}?limit=2&continuation={continuation}")).Is(HttpStatusCode.OK);
            Assert.DoesNotContain("aHVudGVyMg", page.Body);
            steps.AddRange(page.Json["items"]!.AsArray().Select(step => step!));
            continuation = (string?)page.Json["continuation"];
        }
        return steps;
    }

    /// <summary>Waits until the run waits for an approval, and gives the digest of its plan.</summary>
    private async Task<string> WaitingPlanAsync(string path)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            var run = (await bench.GetAsync(path)).Is(HttpStatusCode.OK).Json;
            if ((string)run["state"]! == "WaitingForApproval")
                return (string)run["status"]!["planDigest"]!;
            Assert.Null(run["endedAt"]);
            await Task.Delay(50);
        }
        throw new InvalidOperationException("the restore doesn't come to wait");
    }

    private static string Words(JsonNode record) => $"{record["action"]} {record["outcome"]}";
}
