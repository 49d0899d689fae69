using System.Net;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Heads;
using Holdfast.Functions.Scheduling;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Tests.Api;

/// <summary>Each test has a vault of its own: what one damages, all verifications find.</summary>
public sealed class VerificationRunTests : IAsyncLifetime, IDisposable
{
    private readonly ApiBench bench = new();

    public Task InitializeAsync() => bench.InitializeAsync();

    public Task DisposeAsync() => bench.DisposeAsync();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task What_was_captured_is_verified_on_request()
    {
        await CaptureAsync("prod-verified");

        var whole = await VerifyAsync("""{"cluster":"prod-verified","sample":100}""");
        var quick = await VerifyAsync("""{"sample":0}""");

        var cluster = whole["verification"]!.AsArray().Single()!;
        Assert.Equal(("Verification", "Succeeded"), ((string)whole["kind"]!, (string)whole["state"]!));
        Assert.Equal(((int)cluster["packsSeen"]!, 1, 0), ((int)cluster["packs"]!, (int)cluster["points"]!, (int)cluster["damage"]!));
        Assert.Equal(0, (int)quick["verification"]![0]!["packs"]!);
    }

    [Fact]
    public async Task A_request_that_asks_for_nothing_there_is_refused()
    {
        var answer = await bench.SendAsync(HttpMethod.Post, "/api/verify", """{"cluster":"nothing","sample":101}""", "Operator");

        Assert.Equal(["/cluster", "/sample"], answer.Is(HttpStatusCode.UnprocessableEntity).ErrorPaths.Order());
    }

    [Fact]
    public async Task A_capture_says_where_the_chain_ends_and_the_service_remembers()
    {
        var report = await CaptureAsync("prod-head");

        var head = Assert.Single(await new KnownHeads(bench.Control).ReadAsync(ClusterName.Parse("prod-head"), default));
        Assert.Equal(head.Seal.ToString(), (string)report["capture"]!["head"]!["seal"]!);
        var listed = (await bench.GetAsync("/api/points?cluster=prod-head")).Json["items"]![0]!;
        Assert.Equal(head.ToString(), (string)listed["head"]!);
    }

    [Fact]
    public async Task Health_warns_of_damage_that_a_verification_found_until_one_finds_none()
    {
        var point = (string)(await CaptureAsync("prod-damaged"))["capture"]!["point"]!;
        await HousekeepAsync();
        await DailyAsync();
        Assert.Empty(bench.App.Warnings.All);
        var (cluster, id) = (ClusterName.Parse("prod-damaged"), PointId.TryParse(point, out var parsed) ? parsed : default);
        await new KnownHeads(bench.Control).NoteAsync(bench.App.Environment.Vault, await ElsewhereAsync(cluster, id), default);

        var damaged = await VerifyAsync("""{"sample":0}""");
        await HousekeepAsync();
        var warning = Assert.Single(bench.App.Warnings.All);
        await bench.Control.DeleteAsync("heads/prod-damaged.json", null, default);
        await VerifyAsync("""{"sample":0}""");
        await HousekeepAsync();

        Assert.Equal(("Failed", "Damaged"), ((string)damaged["state"]!, (string)damaged["failure"]!["reason"]!));
        Assert.Equal(("verification", (string)damaged["run"]!), (warning.Kind, warning.Subject));
        Assert.Empty(bench.App.Warnings.All);
    }

    [Fact]
    public async Task It_is_begun_once_a_day_after_its_hour_with_the_part_that_the_setting_says()
    {
        var day = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
        await DailyRun.Verification.StartAsync(bench.App, bench.Engine, day.AddHours(3.9), default);
        Assert.Empty(await bench.Control.ListAsync("runs/20261122T04", null, default).ToListAsync());

        await DailyRun.Verification.StartAsync(bench.App, bench.Engine, day.AddHours(17), default);
        var run = RunId.New(day.AddHours(4), DailyRun.Verification.Number);
        await bench.Engine.WaitForInstanceCompletionAsync(run.ToString(), default).WaitAsync(TimeSpan.FromMinutes(1));
        await DailyRun.Verification.StartAsync(bench.App, bench.Engine, day.AddHours(18), default);

        var report = await new RunReports(bench.Control, TimeProvider.System).ReadAsync(run, default);
        Assert.Equal((RunKind.Verification, "schedule"), (report!.Kind, report.RequestedBy));
    }

    /// <summary>A seal of the point that isn't in the vault.</summary>
    private async Task<SealedPoint> ElsewhereAsync(ClusterName cluster, PointId point)
    {
        var there = (await SealedPoints.FindAsync(bench.App.Environment.Vault, cluster, point, default))!;
        return there with { SealDigest = ContentDigest.Of("elsewhere"u8), Seal = there.Seal with { Sequence = 2 } };
    }

    /// <summary>Today's, which the first look starts, is over.</summary>
    private async Task DailyAsync()
    {
        var due = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddHours(DailyRun.Verification.Hour);
        var run = RunId.New(due, DailyRun.Verification.Number);
        if (await bench.Engine.GetInstanceAsync(run.ToString(), default) is not null)
            await bench.Engine.WaitForInstanceCompletionAsync(run.ToString(), default).WaitAsync(TimeSpan.FromMinutes(1));
    }

    private Task HousekeepAsync() => Timers.HousekeepAsync(bench.App, bench.Engine, default);

    private async Task<System.Text.Json.Nodes.JsonNode> CaptureAsync(string cluster)
    {
        await bench.RegisterAsync(cluster);
        return await bench.ReportAsync(await bench.PostAsync("/api/captures", $$"""{"clusters":["{{cluster}}"]}"""));
    }

    private async Task<System.Text.Json.Nodes.JsonNode> VerifyAsync(string body) =>
        await bench.ReportAsync(await bench.PostAsync("/api/verify", body));
}
