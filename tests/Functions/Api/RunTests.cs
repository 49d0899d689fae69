using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Api;

/// <summary>What holds for runs of every kind: their keys, their listing, what may be asked of them, and the audit of all that.</summary>
public sealed class RunTests(ApiBench bench) : IClassFixture<ApiBench>
{
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
    public async Task A_key_whose_request_was_refused_may_be_used_for_the_corrected_one()
    {
        await bench.RegisterAsync("prod-corrected");

        (await bench.PostAsync("/api/captures", """{"clusters":["prod-corrcted"]}""", key: "corrected")).Is(
            HttpStatusCode.UnprocessableEntity
        );

        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-corrected"]}""", key: "corrected"));
    }

    [Fact]
    public async Task Invalid_keys_are_refused() =>
        Assert.Equal(
            ["Idempotency-Key"],
            (await bench.PostAsync("/api/captures", """{"clusters":["x"]}""", key: new string('k', 201)))
                .Is(HttpStatusCode.BadRequest)
                .ErrorPaths
        );

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
    public async Task A_report_that_can_not_be_used_is_named_in_its_place_and_hides_no_other()
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

    [Theory]
    [
        InlineData("cancel", "{}"),
        InlineData("approve", """{"plan":"0000000000000000000000000000000000000000000000000000000000000000"}"""),
        InlineData("resume", null)
    ]
    public async Task A_request_about_a_run_that_does_not_exist_is_not_found(string verb, string? body) =>
        (await bench.SendAsync(HttpMethod.Post, $"/api/runs/20261122T053000Z-00000000/{verb}", body, "Operator")).Is(
            HttpStatusCode.NotFound
        );

    [Theory]
    [
        InlineData("cancel", "{}"),
        InlineData("approve", """{"plan":"0000000000000000000000000000000000000000000000000000000000000000"}"""),
        InlineData("resume", null)
    ]
    public async Task A_request_about_a_run_that_has_ended_is_a_conflict(string verb, string? body)
    {
        await bench.RegisterAsync($"prod-ended-{verb}");
        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", $$"""{"clusters":["prod-ended-{{verb}}"]}"""));

        (await bench.SendAsync(HttpMethod.Post, $"/api/runs/{report["run"]}/{verb}", body, "Operator")).Is(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Every_call_that_changes_something_leaves_a_record_and_so_does_every_attempt()
    {
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/recorded", ApiBench.Policy("recorded"), "Operator")).Is(
            HttpStatusCode.Created
        );
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/recorded", ApiBench.Policy("recorded"), "Reader")).Is(
            HttpStatusCode.Forbidden
        );
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/recorded", ApiBench.Policy("recorded"), "Operator")).Is(
            HttpStatusCode.PreconditionRequired
        );
        (await bench.SendAsync(HttpMethod.Delete, "/api/policies/recorded", null, "Admin", ("If-Match", "*"))).Is(HttpStatusCode.NoContent);

        var records = (await bench.GetAsync("/api/audit?limit=1000", "Admin")).Is(HttpStatusCode.OK).Json["items"]!
            .AsArray()
            .Select(entry => entry!["record"]!)
            .Where(record => (string)record["target"]! == "/api/policies/recorded")
            .Reverse()
            .Select(Words);

        Assert.Equal(
            ["policies.replace Succeeded", "policies.replace Refused", "policies.replace Refused", "policies.delete Succeeded"],
            records
        );
    }

    [Theory]
    [
        InlineData("cancel", """{"reason":"TEXT"}""", "/reason"),
        InlineData(
            "approve",
            """{"plan":"0000000000000000000000000000000000000000000000000000000000000000","comment":"TEXT"}""",
            "/comment"
        )
    ]
    public async Task Texts_about_a_run_have_a_longest_length(string verb, string body, string path) =>
        Assert.Equal(
            [path],
            (
                await bench.PostAsync(
                    $"/api/runs/20261122T053000Z-00000000/{verb}",
                    body.Replace("TEXT", new string('x', 501), StringComparison.Ordinal)
                )
            )
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );

    [Theory]
    [
        InlineData("kind=Unicorn", "kind"),
        InlineData("state=Odd", "state"),
        InlineData("cluster=UPPER", "cluster"),
        InlineData("continuation=eHh4", "continuation")
    ]
    public async Task A_listing_of_runs_names_what_can_not_be(string query, string parameter) =>
        Assert.Equal([parameter], (await bench.GetAsync($"/api/runs?{query}")).Is(HttpStatusCode.BadRequest).ErrorPaths);

    [Theory]
    [InlineData("from=yesterday"), InlineData("from=2020-01-01"), InlineData("to=2020-01-01&from=2021-01-01")]
    public async Task A_time_of_the_audit_that_can_not_be_is_named(string query) =>
        Assert.Equal(["from"], (await bench.GetAsync($"/api/audit?{query}", "Admin")).Is(HttpStatusCode.BadRequest).ErrorPaths);

    private static string Words(JsonNode record) => $"{record["action"]} {record["outcome"]}";
}
