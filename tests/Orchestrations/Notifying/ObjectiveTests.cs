using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control.Documents;
using Holdfast.Control.Heads;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Orchestrations.Tests.Notifying;

/// <summary>What no run reports: points that are too old, replicas that are behind, and the state of each day.</summary>
public sealed class ObjectiveTests : IAsyncLifetime
{
    private NotifyingBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await NotifyingBench.StartAsync();
        var registration = """{"version":1,"name":"prod","endpoint":"https://prod.acme.com","authentication":{"entraId":{}}}"""u8.ToArray();
        var policy = """{"version":1,"name":"nightly","clusters":{"names":["prod"]},"schedule":{"cron":"30 2 * * *"}}"""u8.ToArray();
        var documents = new ControlDocuments(bench.Control);
        await documents.CreateClusterAsync(ClusterRegistration.Read(registration).Document!, default);
        await documents.CreatePolicyAsync(ProtectionPolicy.Read(policy).Document!, default);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_cluster_without_a_recent_good_point_is_reported_once_a_day()
    {
        await bench.AddAsync("on-call", members: """{ "pointAge": "26h", "minimumMinutes": 0 }""");
        var point = await PointAsync();
        bench.Time.Now = point.Seal.PinnedAt.AddHours(26);
        await LookAsync();
        Assert.Empty(bench.Received);

        bench.Time.Now = bench.Time.Now.AddHours(1);
        await LookAsync();
        await LookAsync(TimeSpan.FromHours(1));
        bench.Time.Now = bench.Time.Now.AddDays(1);
        await LookAsync();

        Assert.Equal(["objective.missed", "objective.missed"], bench.Received.Select(posted => (string)posted.Json["type"]!));
        Assert.Contains("has no good point since", (string)bench.Received.First().Json["data"]!["title"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_without_any_point_is_reported()
    {
        await bench.AddAsync("on-call");

        await LookAsync();

        Assert.Equal("Cluster 'prod' (policy 'nightly') has no good point", (string?)Assert.Single(bench.Received).Json["data"]!["title"]);
    }

    [Fact]
    public async Task Between_looks_no_vault_is_asked()
    {
        await bench.AddAsync("on-call");
        bench.Time.Now = NotifyingBench.Noon;

        await bench.DeliverAsync();

        Assert.Empty(bench.Received);
    }

    [Fact]
    public async Task A_replica_that_is_behind_is_reported()
    {
        await bench.AddAsync("on-call", members: """{ "replicaLag": "2h", "events": ["replica.lagging"] }""");
        bench.Environment = bench.Environment with { Replicas = [new("west", new MemoryStore(), null!, null)] };
        var point = await PointAsync();
        await new KnownHeads(bench.Control).NoteAsync(bench.Vault, point, default);
        bench.Time.Now = point.Seal.PinnedAt.AddHours(3);

        await LookAsync();

        Assert.Equal("Replica 'west' is 3 hours behind the vault", (string?)Assert.Single(bench.Received).Json["data"]!["title"]);
    }

    [Fact]
    public async Task A_digest_comes_once_a_day_after_its_hour_also_when_all_is_good()
    {
        await bench.AddAsync("on-call", members: """{ "events": [], "digest": { "hour": 7, "timeZone": "Europe/Berlin" } }""");
        var point = await PointAsync();
        bench.Time.Now = new(2026, 11, 23, 5, 45, 0, TimeSpan.Zero);
        await LookAsync();
        Assert.Empty(bench.Received);

        await LookAsync(TimeSpan.FromMinutes(15));
        await LookAsync(TimeSpan.FromMinutes(15));

        var data = Assert.Single(bench.Received).Json["data"]!;
        Assert.Equal("2026-11-23: everything is in order", (string?)data["title"]);
        var lines = data["lines"]!.AsArray().Select(line => (string)line!).ToList();
        Assert.Contains("Points made: 0", lines);
        Assert.Contains("The vault was never verified; the next one begins after 4:00 UTC", lines);
        Assert.Contains("Next captures: nightly at 2026-11-24 02:30:00Z", lines);
        Assert.True(point.Seal.PinnedAt < bench.Time.Now);
    }

    [Fact]
    public async Task A_digest_names_what_failed_and_who_has_no_recent_point()
    {
        await bench.AddAsync("on-call", members: """{ "events": [], "digest": { "hour": 0 } }""");
        var report = await bench.FailAsync();

        await LookAsync(TimeSpan.FromMinutes(14));

        var data = Assert.Single(bench.Received).Json["data"]!;
        Assert.Equal("2026-11-22: 1 run failed or incomplete, 1 cluster without a recent point", (string?)data["title"]);
        var lines = string.Join('\n', data["lines"]!.AsArray());
        Assert.Contains($"Capture {report.Run} (policy 'nightly'): Failed: the API server doesn't answer", lines, StringComparison.Ordinal);
        Assert.Contains("Without a recent good point: prod (nightly, none yet)", lines, StringComparison.Ordinal);
    }

    [Theory]
    [
        InlineData("2026-03-29T00:59:00Z", null),
        InlineData("2026-03-29T01:00:00Z", "2026-03-29"),
        InlineData("2026-10-25T22:30:00Z", "2026-10-25")
    ]
    public void A_digests_day_is_that_of_its_zone_also_when_the_clock_is_changed(string now, string? day) =>
        Assert.Equal(
            day is null ? null : DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
            DigestDay.Due(new(3, "Europe/Berlin"), DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture))
        );

    private async Task LookAsync(TimeSpan? later = null)
    {
        bench.Time.Now += later ?? TimeSpan.Zero;
        var minute = bench.Time.Now.Minute % NotifyOrder.LookMinutes;
        bench.Time.Now = bench.Time.Now.AddMinutes(minute == 0 ? 0 : NotifyOrder.LookMinutes - minute);
        await bench.DeliverAsync();
    }

    private Task<SealedPoint> PointAsync() =>
        SamplePoint.WriteAsync(
            bench.Vault,
            [new("configmaps", "shop", """{"metadata":{"name":"a"}}""")],
            new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero)
        );
}
