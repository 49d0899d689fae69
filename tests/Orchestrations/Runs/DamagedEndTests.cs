using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Runs;

/// <summary>The last step of a run reports, whatever became of the documents that it looks into.</summary>
public sealed class DamagedEndTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly RunId Run = RunId.New(Noon, 1);
    private static readonly ClusterName One = ClusterName.Parse("one"),
        Two = ClusterName.Parse("two");
    private static readonly byte[] Damaged = """{"run":"""u8.ToArray();

    private readonly MemoryDocuments control = new();
    private readonly RunWorkspace workspace;

    public DamagedEndTests() =>
        workspace = new(new((_, _) => throw new NotSupportedException(), new MemoryStore(), control, TimeProvider.System));

    private RunReports Reports => new(control, TimeProvider.System);

    [Fact]
    public async Task A_clusters_report_that_can_not_be_used_is_that_clusters_failure_and_hides_no_other()
    {
        var order = new FleetOrder
        {
            Run = Run,
            Clusters = [One, Two],
            Request = new(),
            RequestedBy = "tests",
        };
        await workspace.Records.Orders.StoreAsync(new(Noon) { Fleet = order }, default);
        await control.PutAsync(RunReports.PathOf(Run.Of(One)), Damaged, default);
        await Reports.WriteAsync(Ended(Two), default);

        await new EndFleet(workspace.Records).RunAsync(Call, new(order.Reference(), Noon, Noon.AddMinutes(1), new(), null));

        var report = (await Reports.ReadAsync(Run, default))!;
        Assert.Equal(
            (RunState.Partial, RunState.Failed, RunState.Succeeded),
            (report.State, report.Clusters[0].State, report.Clusters[1].State)
        );
        Assert.Contains(RunReports.PathOf(Run.Of(One)), report.Clusters[0].Reason);
    }

    [Fact]
    public async Task A_part_that_ends_late_leaves_the_damaged_report_of_its_fleet_as_it_is()
    {
        await control.PutAsync(RunReports.PathOf(Run), Damaged, default);

        await FleetReports.SettleAsync(control, Run, Ended(One), default);

        Assert.Equal(Damaged, (await control.ReadAsync(RunReports.PathOf(Run), default))!.Content.ToArray());
        Assert.Equal(RunReports.PathOf(Run), Assert.Single(control.Unusable.All).Path);
    }

    [Fact]
    public async Task A_capture_whose_ledger_can_not_be_read_says_so_in_its_report()
    {
        await control.PutAsync($"{RunReports.FolderOf(Run)}sealed.json", Damaged, default);

        await new EndCapture(workspace.Captures).RunAsync(
            Call,
            new(
                new()
                {
                    Run = Run,
                    Cluster = One,
                    RequestedBy = "tests",
                },
                Noon,
                Noon.AddMinutes(1),
                null,
                null
            )
        );

        var report = (await Reports.ReadAsync(Run, default))!;
        Assert.Equal((RunState.Failed, FailureSide.Control, "Malformed"), (report.State, report.Failure!.Side, report.Failure.Code));
        Assert.Contains("sealed.json", report.Failure.Message);
    }

    [Fact]
    public async Task A_report_that_was_damaged_while_its_run_was_running_is_written_again()
    {
        await control.PutAsync(RunReports.PathOf(Run), Damaged, default);

        var failure = new Failure(FailureSide.Vault, "Full", "no room");
        await new EndCapture(workspace.Captures).RunAsync(
            Call,
            new(
                new()
                {
                    Run = Run,
                    Cluster = One,
                    RequestedBy = "tests",
                },
                Noon,
                Noon.AddMinutes(1),
                failure,
                null
            )
        );

        Assert.Equal("no room", (await Reports.ReadAsync(Run, default))!.Failure!.Message);
        Assert.Empty(control.Unusable.All);
    }

    [Theory]
    [InlineData("plan.json"), InlineData("cancelled.json")]
    public async Task A_restore_reports_whatever_became_of_its_documents(string document)
    {
        await control.PutAsync($"{RunReports.FolderOf(Run)}{document}", Damaged, default);

        var end = new RestoreEnd(new(Run, One), RunKind.Restore, "tests", Noon, Noon.AddMinutes(1), Begun: true, null, null, null);
        await new EndRestore(workspace.Restores, workspace.NewClusters).RunAsync(Call, end);

        var report = (await Reports.ReadAsync(Run, default))!;
        Assert.Equal(document == "plan.json" ? RunState.Failed : RunState.Succeeded, report.State);
    }

    [Fact]
    public async Task A_restore_whose_journal_fails_in_a_way_that_was_not_foreseen_reports_that()
    {
        var broken = new RunWorkspace(workspace.Environment with { Journals = _ => throw new FormatException("unforeseen") });

        await new EndRestore(broken.Restores, broken.NewClusters).RunAsync(
            Call,
            new(new(Run, One), RunKind.Restore, "tests", Noon, Noon.AddMinutes(1), Begun: true, null, null, null)
        );

        var report = (await Reports.ReadAsync(Run, default))!;
        Assert.Equal((RunState.Failed, FailureSide.Bug), (report.State, report.Failure!.Side));
    }

    [Theory]
    [InlineData(FailureCode.Interrupted, false, RunState.Failed), InlineData(FailureCode.Engine, false, RunState.Failed)]
    [InlineData(FailureCode.Interrupted, true, RunState.Cancelled), InlineData(FailureCode.Denied, false, RunState.Cancelled)]
    public async Task A_restore_is_cancelled_only_where_someone_decided_so(string code, bool cancelled, RunState state)
    {
        var failure = new Failure(FailureSide.Cloud, code, "it ended");
        var by = cancelled ? new Cancellation("someone", null) : null;

        await new EndRestore(workspace.Restores, workspace.NewClusters).RunAsync(
            Call,
            new(new(Run, One), RunKind.Restore, "tests", Noon, Noon.AddMinutes(1), Begun: true, failure, by, null)
        );

        Assert.Equal(state, (await Reports.ReadAsync(Run, default))!.State);
    }

    [Theory]
    [InlineData(FailureSide.Vault, FailureSide.Vault, FailureSide.Vault)]
    [InlineData(FailureSide.Vault, FailureSide.Control, FailureSide.Cluster)]
    public async Task A_fleet_without_a_point_names_the_side_that_all_its_parts_name(FailureSide one, FailureSide two, FailureSide fleet)
    {
        var order = new FleetOrder
        {
            Run = Run,
            Clusters = [One, Two],
            Request = new(),
            RequestedBy = "tests",
        };
        await workspace.Records.Orders.StoreAsync(new(Noon) { Fleet = order }, default);
        foreach (var (cluster, side) in ((ClusterName, FailureSide)[])[(One, one), (Two, two)])
            await Reports.WriteAsync(
                Ended(cluster) with
                {
                    State = RunState.Failed,
                    Failure = new(side, "Unreachable", "it doesn't answer"),
                },
                default
            );

        await new EndFleet(workspace.Records).RunAsync(Call, new(order.Reference(), Noon, Noon.AddMinutes(1), new(), null));

        var report = (await Reports.ReadAsync(Run, default))!;
        Assert.Equal((RunState.Failed, FailureCode.NoneCaptured, fleet), (report.State, report.Failure!.Code, report.Failure.Side));
    }

    private static DirectCall Call => new("End", Run.ToString());

    private static RunReport Ended(ClusterName cluster) =>
        new()
        {
            Run = Run.Of(cluster),
            Kind = RunKind.Capture,
            State = RunState.Succeeded,
            RequestedBy = "tests",
            Cluster = cluster,
            StartedAt = Noon,
            EndedAt = Noon.AddMinutes(1),
        };
}
