using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Fleets;

public sealed class FleetReportsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly RunId Fleet = RunId.New(Noon, 1);
    private readonly MemoryDocuments control = new();

    private RunReports Reports => new(control, TimeProvider.System);

    [Fact]
    public async Task Parts_that_end_at_once_after_their_fleet_are_each_in_its_report()
    {
        var names = Enumerable.Range(0, 20).Select(i => $"c{i:00}").ToArray();
        await Reports.WriteAsync(Lost(names), default);

        await Parallel.ForEachAsync(names, async (name, stop) => await FleetReports.SettleAsync(control, Fleet, Ended(name), stop));

        var report = (await Reports.ReadAsync(Fleet, default))!;
        Assert.Equal((RunState.Succeeded, null), (report.State, report.Failure));
        Assert.All(report.Clusters, part => Assert.Equal((RunState.Succeeded, null), (part.State, part.Reason)));
        Assert.Equal(names.Length, report.Notes.Length);
    }

    [Fact]
    public async Task The_same_end_again_changes_nothing()
    {
        await Reports.WriteAsync(Lost("one", "two"), default);
        await FleetReports.SettleAsync(control, Fleet, Ended("one"), default);
        var before = await control.ReadAsync(RunReports.PathOf(Fleet), default);

        await FleetReports.SettleAsync(control, Fleet, Ended("one"), default);

        Assert.Equal(before!.ETag, (await control.ReadAsync(RunReports.PathOf(Fleet), default))!.ETag);
        Assert.Equal(RunState.Partial, (await Reports.ReadAsync(Fleet, default))!.State);
    }

    [Fact]
    public async Task A_fleet_that_is_still_running_has_no_report_to_correct()
    {
        await FleetReports.SettleAsync(control, Fleet, Ended("one"), default);

        Assert.Null(await Reports.ReadAsync(Fleet, default));
    }

    [Fact]
    public async Task A_cancelled_fleet_stays_so()
    {
        await Reports.WriteAsync(Lost("one") with { State = RunState.Cancelled, Cancelled = new("a person") }, default);

        await FleetReports.SettleAsync(control, Fleet, Ended("one"), default);

        var report = (await Reports.ReadAsync(Fleet, default))!;
        Assert.Equal((RunState.Cancelled, RunState.Succeeded), (report.State, report.Clusters[0].State));
    }

    private static RunReport Lost(params string[] names) =>
        new()
        {
            Run = Fleet,
            Kind = RunKind.Fleet,
            State = RunState.Failed,
            RequestedBy = "tests",
            StartedAt = Noon,
            EndedAt = Noon.AddMinutes(1),
            Failure = new(FailureSide.Cluster, FailureCode.NoneCaptured, "not one"),
            Clusters =
            [
                .. names
                    .Select(ClusterName.Parse)
                    .Select(name => new FleetPart(name, Fleet.Of(name), RunState.Failed, null, "it ended without a report")),
            ],
        };

    private static RunReport Ended(string name) =>
        new()
        {
            Run = Fleet.Of(ClusterName.Parse(name)),
            Kind = RunKind.Capture,
            State = RunState.Succeeded,
            RequestedBy = "tests",
            Cluster = ClusterName.Parse(name),
            StartedAt = Noon,
            EndedAt = Noon.AddMinutes(5),
        };
}
