using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Unreported;
using Holdfast.Restore.PlanDocuments;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Api;

public sealed class RestoreRunTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task A_restore_is_planned_reviewed_applied_and_reported()
    {
        var cluster = await bench.RegisterAsync("prod-restore");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-restore"]}"""));
        await cluster.LoseConfigMapsAsync();

        var planned = await bench.ReportAsync(
            await bench.PostAsync("/api/plans", """{"cluster":"prod-restore","point":"latest","selection":{"namespaces":["shop"]}}""")
        );
        var plan = await PlanAsync((string)planned["run"]!);
        var restored = await bench.ReportAsync(
            await bench.PostAsync(
                "/api/restores",
                $$$"""{"plan":{"run":"{{{planned["run"]}}}","digest":"{{{planned["plan"]!["digest"]}}}"}}"""
            )
        );

        Assert.Equal(
            Enumerable.Range(0, 5).Select(i => $"settings-{i}"),
            plan.Where(step => (string)step["action"]! == "create").Select(step => (string)step["name"]!)
        );
        Assert.Equal("Succeeded", (string)restored["state"]!);
        Assert.Equal(5, (int)restored["restore"]!["counts"]!["Created"]!);
        Assert.True(await cluster.HasConfigMapAsync("settings-3"));
    }

    [Fact]
    public async Task A_plan_is_of_one_application_and_a_mistake_in_its_root_is_the_callers()
    {
        var cluster = await bench.RegisterAsync("prod-app");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-app"]}"""));
        await cluster.LoseConfigMapsAsync();

        var planned = await bench.ReportAsync(await PlanOfAsync("configmap/settings-3"));
        var wrong = await bench.ReportAsync(await PlanOfAsync("configmap/setting-3"));

        var steps = await PlanAsync((string)planned["run"]!);
        Assert.Equal(["settings-3"], steps.Where(s => (string)s["action"]! == "create").Select(s => (string)s["name"]!));
        Assert.Equal(("Failed", "caller"), ((string)wrong["state"]!, (string)wrong["failure"]!["side"]!));
        Assert.Contains("did you mean 'settings-3'", (string)wrong["failure"]!["message"]!, StringComparison.Ordinal);

        Task<ApiAnswer> PlanOfAsync(string app) =>
            bench.PostAsync(
                "/api/plans",
                """{"cluster":"prod-app","point":"latest",  """
                    + $$$""" "selection":{"namespaces":["sh*"],"apps":["{{{app}}}"],"dependencies":false} }"""
            );
    }

    [Fact]
    public async Task A_restore_waits_for_another_person_to_approve_the_plan_that_it_has()
    {
        var cluster = await bench.RegisterAsync("prod-approve");
        await cluster.SeedShopAsync();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-approve"]}"""));
        await cluster.LoseConfigMapsAsync();
        var started = (
            await bench.PostAsync(
                "/api/restores",
                """{"cluster":"prod-approve","point":"latest","selection":{"namespaces":["shop"]},"approval":{"timeoutMinutes":5}}"""
            )
        ).Is(HttpStatusCode.Accepted);
        var path = started.Headers["Location"];
        var digest = await WaitingPlanAsync(path);

        (await bench.PostAsync($"{path}/approve", $$"""{"plan":"{{digest}}"}""")).Is(HttpStatusCode.Forbidden);
        (
            await bench.SendAsync(
                HttpMethod.Post,
                $"{path}/approve",
                $$"""{"plan":"{{new string('0', 64)}}"}""",
                "Operator as:kim@example.org"
            )
        ).Is(HttpStatusCode.UnprocessableEntity);
        Assert.False(await cluster.HasConfigMapAsync("settings-3"));
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{digest}}"}""", "Operator as:kim@example.org")).Is(
            HttpStatusCode.Accepted
        );
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
        var started = (
            await bench.PostAsync(
                "/api/restores",
                """{"cluster":"prod-forged","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}"""
            )
        ).Is(HttpStatusCode.Accepted);
        var path = started.Headers["Location"];
        var digest = await WaitingPlanAsync(path);
        var run = (string)started.Json["run"]!;
        var kept = $"{RunReports.FolderOf(RunId.Parse(run))}plan.json";
        var plan = PlanDocument.Read((await bench.Control.ReadAsync(kept, default))!.Content.Span);

        await bench.Control.PutAsync(kept, PlanDocument.Write(PlanDocument.Kept(plan with { Steps = plan.Steps[1..] })), default);

        (await bench.GetAsync($"/api/plans/{run}")).Is(HttpStatusCode.UnprocessableEntity);
        (await bench.SendAsync(HttpMethod.Post, $"{path}/approve", $$"""{"plan":"{{digest}}"}""", "Operator as:kim@example.org")).Is(
            HttpStatusCode.UnprocessableEntity
        );
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
        var started = (
            await bench.PostAsync(
                "/api/restores",
                """{"cluster":"prod-deny","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}"""
            )
        ).Is(HttpStatusCode.Accepted);
        var path = started.Headers["Location"];
        var digest = await WaitingPlanAsync(path);

        (await bench.PostAsync($"{path}/approve", $$"""{"plan":"{{digest}}","decision":"Denied","comment":"wrong point"}""")).Is(
            HttpStatusCode.Accepted
        );
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
        var started = (
            await bench.PostAsync(
                "/api/restores",
                """{"cluster":"prod-terminated","point":"latest","selection":{"namespaces":["shop"]},"approval":{}}"""
            )
        ).Is(HttpStatusCode.Accepted);
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
    public async Task Everything_wrong_with_a_restore_is_reported_at_once()
    {
        await bench.RegisterAsync("prod-wrong");

        Assert.Equal(["/cluster", "/point"], (await bench.PostAsync("/api/plans", "{}")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);
        Assert.Equal(
            ["/target", "/point"],
            (await bench.PostAsync("/api/restores", """{"cluster":"prod-wrong","point":"latest","target":"nowhere"}"""))
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );
        Assert.Equal(
            ["/approval/timeoutMinutes"],
            (await bench.PostAsync("/api/restores", """{"cluster":"prod-wrong","point":"latest","approval":{"timeoutMinutes":0}}"""))
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );
        Assert.Equal(
            ["/plan/run"],
            (
                await bench.PostAsync(
                    "/api/restores",
                    $$$"""{"plan":{"run":"20261122T053000Z-00000000","digest":"{{{new string('0', 64)}}}"}}"""
                )
            )
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );
        Assert.Equal(
            ["/plan"],
            (
                await bench.PostAsync(
                    "/api/restores",
                    $$$"""{"cluster":"prod-wrong","plan":{"run":"20261122T053000Z-00000000","digest":"{{{new string('0', 64)}}}"}}"""
                )
            )
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );
    }

    private async Task<List<JsonNode>> PlanAsync(string run)
    {
        var steps = new List<JsonNode>();
        for (string? continuation = ""; continuation is not null; )
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
        throw new InvalidOperationException("the restore never waited for an approval");
    }
}
