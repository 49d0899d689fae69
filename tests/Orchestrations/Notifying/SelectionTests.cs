using Holdfast.Archive.Format;
using Holdfast.Capture.Changes;
using Holdfast.Control;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Notifying;

/// <summary>Who is notified of what, and how often.</summary>
public sealed class SelectionTests : IAsyncLifetime
{
    private NotifyingBench bench = null!;

    public async Task InitializeAsync() => bench = await NotifyingBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("""{ "policies": ["nightly"] }""", 1)]
    [InlineData("""{ "policies": ["hourly"] }""", 0)]
    [InlineData("""{ "clusters": ["prod"] }""", 1)]
    [InlineData("""{ "clusters": ["test"] }""", 0)]
    [InlineData("""{ "events": ["run.failed"] }""", 1)]
    [InlineData("""{ "events": ["run.partial"] }""", 0)]
    public async Task A_target_is_sent_what_it_asks_for(string members, int sent)
    {
        await bench.AddAsync("on-call", members: members);
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Equal(sent, bench.Received.Count);
        Assert.Empty(await bench.PathsAsync(ControlPaths.Notices));
    }

    [Fact]
    public async Task A_cluster_that_fails_again_and_again_is_reported_once_in_a_while_with_how_often()
    {
        await bench.AddAsync("on-call", members: """{ "minimumMinutes": 60 }""");
        for (uint i = 0; i < 4; i++)
        {
            await bench.FailAsync(i);
            await bench.DeliverAsync(TimeSpan.FromMinutes(10));
        }
        await bench.FailAsync(9, cluster: "other");
        await bench.DeliverAsync();
        Assert.Equal(2, bench.Received.Count);

        await bench.FailAsync(10);
        await bench.DeliverAsync(TimeSpan.FromMinutes(31));

        Assert.Equal([0, 0, 3], bench.Received.Select(posted => (int)posted.Json["data"]!["withheld"]!));
    }

    [Fact]
    public void A_fleet_is_one_message_and_its_parts_are_none()
    {
        var run = RunId.New(NotifyingBench.Noon, 7);
        FleetPart[] parts =
        [
            new(ClusterName.Parse("a"), run.Of(ClusterName.Parse("a")), RunState.Succeeded),
            new(ClusterName.Parse("b"), run.Of(ClusterName.Parse("b")), RunState.Failed, null, "unreachable"),
        ];
        var fleet = bench.Report(run) with
        {
            Kind = RunKind.Fleet,
            Cluster = null,
            State = RunState.Partial,
            Failure = null,
            Clusters = [.. parts],
        };

        var notice = Assert.Single(RunNotices.Of(fleet));

        Assert.Equal((NoticeType.RunPartial, "b"), (notice.Type, Assert.Single(notice.Clusters).ToString()));
        Assert.Contains("b: Failed: unreachable", notice.Lines);
        Assert.Empty(RunNotices.Of(bench.Report(run.Of(ClusterName.Parse("b")))));
    }

    [Theory]
    [InlineData(RunState.Succeeded), InlineData(RunState.Cancelled)]
    public void What_went_well_or_was_decided_is_not_reported(RunState state) =>
        Assert.Empty(RunNotices.Of(bench.Report(RunId.New(NotifyingBench.Noon, 7)) with { State = state, Failure = null }));

    [Fact]
    public void A_plan_that_failed_is_not_reported_since_a_person_waits_for_it() =>
        Assert.Empty(RunNotices.Of(bench.Report(RunId.New(NotifyingBench.Noon, 7)) with { Kind = RunKind.Plan }));

    [Fact]
    public void A_recovery_names_the_clusters_that_are_not_restored_and_its_plan_is_not_reported()
    {
        var (well, ill) = (ClusterName.Parse("a"), ClusterName.Parse("b"));
        var failed = bench.Report(RunId.New(NotifyingBench.Noon, 7)) with
        {
            Kind = RunKind.Recovery,
            Cluster = null,
            Policy = null,
            Recovery = new(new(RunId.New(NotifyingBench.Noon, 6), ContentDigest.Of([])))
            {
                Groups =
                [
                    new(
                        "all",
                        false,
                        [
                            new("a", RunId.New(NotifyingBench.Noon, 8), well, RunState.Succeeded),
                            new("b", RunId.New(NotifyingBench.Noon, 9), ill, RunState.Failed),
                        ]
                    ),
                ],
            },
        };

        var notice = Assert.Single(RunNotices.Of(failed));

        Assert.Equal(ill, Assert.Single(notice.Clusters));
        Assert.Equal("The recovery of 1 group failed", notice.Title);
        Assert.Empty(RunNotices.Of(failed with { Kind = RunKind.RecoveryPlan }));
    }

    [Fact]
    public async Task A_resumed_run_that_fails_again_is_reported_again()
    {
        await bench.AddAsync("on-call");
        var report = await bench.FailAsync();
        await bench.DeliverAsync();
        await new RunReports(bench.Control, bench.Time).WriteAsync(report with { EndedAt = report.EndedAt.AddHours(1) }, default);

        await bench.DeliverAsync(TimeSpan.FromHours(1));

        Assert.Equal(2, bench.Received.Select(posted => posted.Id).Distinct().Count());
    }

    [Fact]
    public void Runs_that_did_not_take_place_are_reported()
    {
        var fleet = bench.Report(RunId.New(NotifyingBench.Noon, 7)) with
        {
            Kind = RunKind.Fleet,
            Cluster = null,
            State = RunState.Succeeded,
            Failure = null,
            Notes = [MissedRuns.Note(NotifyingBench.Noon, 3)],
        };

        var notice = Assert.Single(RunNotices.Of(fleet));

        Assert.Equal(NoticeType.ScheduleMissed, notice.Type);
        Assert.Contains("replaces 3 earlier runs", Assert.Single(notice.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_verification_that_found_damage_names_the_clusters()
    {
        var report = bench.Report(RunId.New(NotifyingBench.Noon, 7)) with
        {
            Kind = RunKind.Verification,
            Policy = null,
            Cluster = null,
            Verification = [new(ClusterName.Parse("good")), new(ClusterName.Parse("bad")) { Damage = 2 }],
        };

        var notice = Assert.Single(RunNotices.Of(report));

        Assert.Equal((NoticeType.VerificationFailed, "bad"), (notice.Type, Assert.Single(notice.Clusters).ToString()));
        Assert.Equal("The verification of the vault found damage or failed", notice.Title);
    }

    [Fact]
    public void Suspicious_changes_of_a_fleets_part_are_reported_by_cluster()
    {
        var cluster = ClusterName.Parse("prod");
        var run = RunId.New(NotifyingBench.Noon, 7).Of(cluster);
        var report = bench.Report(run) with
        {
            State = RunState.Succeeded,
            Failure = null,
            Capture = new()
            {
                State = default,
                Point = PointId.TryParse("20261122T053000Z-abcdef", out var id) ? id : throw new FormatException(),
                Cluster = cluster,
                Revision = default,
                Suspicious = [new(SuspicionKind.MassDeletion, 900, "900 objects are gone")],
            },
        };

        var notice = Assert.Single(RunNotices.Of(report));

        Assert.Equal(NoticeType.SuspiciousChange, notice.Type);
        Assert.Equal("900 objects are gone", Assert.Single(notice.Lines));
    }
}
