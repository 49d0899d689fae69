using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Api;

public sealed class CaptureRunTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task A_capture_is_started_followed_and_reported()
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
        Assert.Equal((string)points.Single()!["point"]!, (string)report["capture"]!["point"]!);
    }

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
            report["clusters"]!.AsArray().Select(part => $"{part!["cluster"]} {part["state"]}")
        );
    }

    [Fact]
    public async Task A_policy_of_which_no_cluster_can_be_captured_is_refused_with_the_reason_of_each()
    {
        await PutPolicyAsync("uncovered", "uncovered-label", "nothing");

        Assert.Equal(
            ["/policy", "/policy"],
            (await bench.PostAsync("/api/captures", """{"policy":"uncovered"}""")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths
        );
    }

    [Fact]
    public async Task Hooks_of_a_request_are_checked_like_those_of_a_policy()
    {
        await bench.RegisterAsync("prod-hooked");
        const string Wrong = """{"clusters":["prod-hooked"],"hooks":[{"name":"Freeze","pre":[{"command":[]}]},{"name":"idle"}]}""";
        const string Right = """{"clusters":["prod-hooked"],"hooks":[{"name":"freeze","pre":[{"command":["sync"]}]}]}""";

        var refused = (await bench.PostAsync("/api/captures", Wrong)).Is(HttpStatusCode.UnprocessableEntity);
        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", Right));

        Assert.Equal(["/hooks/0/name", "/hooks/0/pre/0/command", "/hooks/1"], refused.ErrorPaths.Order(StringComparer.Ordinal));
        Assert.Equal("Succeeded", (string)report["state"]!);
    }

    [Fact]
    public async Task A_time_to_keep_until_that_is_over_is_refused()
    {
        await bench.RegisterAsync("prod-kept");

        Assert.Equal(
            ["/keepUntil"],
            (await bench.PostAsync("/api/captures", """{"clusters":["prod-kept"],"keepUntil":"2020-01-01T00:00:00Z"}"""))
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );
    }

    [Fact]
    public async Task Everything_wrong_with_a_capture_is_reported_at_once()
    {
        var answer = await bench.PostAsync(
            "/api/captures",
            """{"clusters":["nowhere","never","nowhere"],"policy":"unknown","scope":{},"newIncarnation":true}"""
        );

        Assert.Equal(
            ["/policy", "/scope", "/newIncarnation", "/clusters/0", "/clusters/1", "/clusters/2"],
            answer.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths
        );
    }

    [Fact]
    public async Task A_malformed_scope_and_a_time_that_is_over_are_refused_before_a_run_is_started()
    {
        await bench.RegisterAsync("prod-malformed");

        var answer = await bench.PostAsync(
            "/api/captures",
            """
            {"clusters":["prod-malformed"],"keepUntil":"2001-01-01T00:00:00Z","scope":{"namespaces":["ok","No"],"excludedResources":["Pod"],
             "labelSelector":"a in b"}}
            """
        );

        Assert.Equal(
            ["/scope/namespaces/1", "/scope/excludedResources/0", "/scope/labelSelector", "/keepUntil"],
            answer.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths
        );
    }

    [Fact]
    public async Task A_capture_of_what_the_cluster_does_not_have_fails_with_the_nearest_names()
    {
        await bench.RegisterAsync("prod-unmatched");

        var report = await bench.ReportAsync(
            await bench.PostAsync("/api/captures", """{"clusters":["prod-unmatched"],"scope":{"namespaces":["kube-sytem"]} }""")
        );

        Assert.Equal(
            ("Failed", "caller", "BadRequest"),
            ((string)report["state"]!, (string)report["failure"]!["side"]!, (string)report["failure"]!["reason"]!)
        );
        Assert.Contains("'kube-system'", (string)report["failure"]!["message"]!);
        Assert.Empty((await bench.GetAsync("/api/points?cluster=prod-unmatched")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_capture_of_nothing_is_refused() =>
        Assert.Equal(["/clusters"], (await bench.PostAsync("/api/captures", "{}")).Is(HttpStatusCode.UnprocessableEntity).ErrorPaths);

    [Fact]
    public async Task A_policys_capture_is_of_every_cluster_that_it_covers_and_reported_as_one_run()
    {
        await bench.RegisterAsync("prod-covered-a");
        await bench.RegisterAsync("prod-covered-b");
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/covering", ApiBench.Policy("covering"), "Operator")).Is(
            HttpStatusCode.Created
        );

        var report = await bench.ReportAsync(
            await bench.PostAsync("/api/captures", """{"policy":"covering","clusters":["prod-covered-a","prod-covered-b"]}""")
        );
        var parts = (await bench.GetAsync("/api/runs?cluster=prod-covered-b")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();

        Assert.Equal(("Fleet", "Succeeded", "covering"), ((string)report["kind"]!, (string)report["state"]!, (string)report["policy"]!));
        Assert.Equal(["prod-covered-a", "prod-covered-b"], report["clusters"]!.AsArray().Select(part => (string)part!["cluster"]!));
        Assert.Contains(parts, part => ((string)part!["run"]!).StartsWith((string)report["run"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fleets_order_travels_in_brief_and_is_gone_when_the_run_has_ended()
    {
        var names = Enumerable.Range(0, 150).Select(i => $"many-{i:000}").ToArray();
        foreach (var name in names)
            (
                await bench.SendAsync(HttpMethod.Put, $"/api/clusters/{name}", ApiBench.Registration(name), "Admin", ("If-None-Match", "*"))
            ).Is(HttpStatusCode.Created);
        var body = new JsonObject
        {
            ["clusters"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]),
            ["scope"] = new JsonObject { ["excludedNamespaces"] = new JsonArray("left-out") },
        }.ToJsonString();

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
}
