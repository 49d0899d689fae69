using System.Net;
using Holdfast.Functions.Scheduling;

namespace Holdfast.Functions.Tests.Api;

public sealed class RetentionRunTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task What_would_expire_is_shown_and_expires_when_it_is_asked_for()
    {
        await bench.RegisterAsync("prod-retained");
        var policy = ApiBench
            .Policy("retained")
            .Replace("\"schedule\"", "\"retention\":{\"last\":1},\"schedule\"", StringComparison.Ordinal);
        await bench.SendAsync(HttpMethod.Put, "/api/policies/retained", policy, "Operator", ("If-None-Match", "*"));
        foreach (var _ in new[] { 1, 2 })
            await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"policy":"retained","clusters":["prod-retained"]}"""));

        var plan = (await bench.GetAsync("/api/retention/prod-retained")).Is(HttpStatusCode.OK).Json;
        var report = await bench.ReportAsync(await bench.SendAsync(HttpMethod.Post, "/api/retention", null, "Operator"));

        Assert.Equal([false, true], plan["points"]!.AsArray().Select(p => (bool)p!["expires"]!));
        Assert.Equal("policy retained: last 1", (string)plan["points"]![1]!["rule"]!);
        var cluster = report["retention"]!.AsArray().Single(c => (string)c!["cluster"]! == "prod-retained")!;
        Assert.Equal(("Retention", 1, 1), ((string)report["kind"]!, (int)cluster["expired"]!, (int)cluster["points"]!));
        Assert.Single((await bench.GetAsync("/api/points?cluster=prod-retained")).Json["items"]!.AsArray());
        (await bench.GetAsync("/api/retention/nothing-here")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task It_is_begun_once_a_day_after_its_hour()
    {
        var day = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
        await DailyRun.Retention.StartAsync(bench.App, bench.Engine, day.AddHours(2.9), default);
        Assert.Empty(await RunsAsync(day));

        await DailyRun.Retention.StartAsync(bench.App, bench.Engine, day.AddHours(17), default);
        var run = Assert.Single(await RunsAsync(day));
        await bench.Engine.WaitForInstanceCompletionAsync(run, default).WaitAsync(TimeSpan.FromMinutes(1));
        await DailyRun.Retention.StartAsync(bench.App, bench.Engine, day.AddHours(18), default);
        await DailyRun.Retention.StartAsync(bench.App, bench.Engine, day.AddHours(27.1), default);

        Assert.Equal(2, (await RunsAsync(day)).Count + (await RunsAsync(day.AddDays(1))).Count);
    }

    /// <summary>Those of a day, whether or not they have ended.</summary>
    private async Task<List<string>> RunsAsync(DateTimeOffset day)
    {
        var runs = new HashSet<string>();
        foreach (var folder in new[] { "orders", "runs" })
        {
            await foreach (var path in bench.Control.ListAsync($"{folder}/{day:yyyyMMdd}T03", null, default))
                runs.Add(path.Split('/')[1].Replace(".json", "", StringComparison.Ordinal));
        }
        return [.. runs];
    }
}
