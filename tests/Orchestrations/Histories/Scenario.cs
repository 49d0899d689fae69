using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Running;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Replicating;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Orchestrations.Verifying;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Microsoft.DurableTask.Client;
using static Holdfast.Orchestrations.Tests.Histories.ScenarioEvents;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>One way through an orchestrator: how it is started, what its activities answer, and what happens to it meanwhile.</summary>
internal sealed record Scenario(string Name, string Orchestrator, string Instance, object Input)
{
    private static readonly RunId Fleet = RunId.Parse("20261122T053000Z-1a2b3c4d");
    private static readonly ClusterName Prod = ClusterName.Parse("prod");
    private static readonly ContentDigest Digest = ContentDigest.Of("plan"u8);
    private static readonly ContentDigest ClusterDigest = ContentDigest.Of("plan of the cluster"u8);

    /// <summary>Answers of activities that differ from the usual ones, by the activity's name and how often it was called before.</summary>
    public Func<string, int, object?> Answers { get; init; } = (_, _) => null;

    /// <summary>What happens while it runs.</summary>
    public Func<DurableTaskClient, string, Task>? Meanwhile { get; init; }

    /// <summary>Of a fleet.</summary>
    public ImmutableArray<ClusterName> Clusters { get; init; } = [];

    /// <summary>Its children whose histories are recorded too, by their ids.</summary>
    public ImmutableArray<string> Children { get; init; } = [];

    /// <summary>An activity with this answer ends when its run is stopped.</summary>
    public static readonly object UntilStopped = new();

    public static ImmutableArray<Scenario> All { get; } =
    [
        Capture("capture-whole"),
        Capture("capture-second-leg") with
        {
            Answers = (name, calls) => name == SettleCapture.Name && calls == 0 ? new NextPass(new(2, 1, 10, "read again")) : null,
        },
        Capture("capture-tree") with
        {
            Answers = (name, _) => name == BeginCapture.Name ? new PassSummary(1, 250, 250, null) : null,
            Children = [$"{Fleet.Of(Prod)}.leg-1.200-250"],
        },
        Capture("capture-cancelled") with
        {
            Answers = (name, _) => name == ExportUnit.Name ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        Capture("capture-failed") with
        {
            Answers = (name, _) => name == ExportUnit.Name ? new ArchiveException(ArchiveFailure.Full, "the disk is full") : null,
        },
        Capture("capture-retried") with
        {
            Answers = (name, calls) =>
                name == BeginCapture.Name && calls == 0 ? new ArchiveException(ArchiveFailure.Unreachable, "no route") : null,
        },
        Captures("fleet-whole", 3),
        Captures("fleet-tree", 150) with
        {
            Children = [$"{Fleet}.node.1"],
        },
        Captures("fleet-cancelled", 2) with
        {
            Answers = (name, _) => name == ExportUnit.Name ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        Plan("plan-whole"),
        Plan("plan-failed") with
        {
            Answers = (name, _) => name == MakePlan.Name ? new RestoreException(RestoreRefusal.BadRequest, "nothing selected") : null,
        },
        Restored("restore-whole", null),
        Restored("restore-approved", new()) with
        {
            Meanwhile = (client, run) => ApproveAsync(client, run, Digest, ApprovalDecision.Approved),
        },
        Restored("restore-denied", new()) with
        {
            Meanwhile = (client, run) => ApproveAsync(client, run, Digest, ApprovalDecision.Denied),
        },
        Restored("restore-not-approved", new() { Timeout = TimeSpan.FromMilliseconds(100) }),
        Restored("restore-cancelled", null) with
        {
            Answers = (name, _) => name == ApplyStage.Name ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        Restored("restore-failed", null) with
        {
            Answers = (name, _) => name == ApplyStage.Name ? new RestoreException(RestoreRefusal.BadPlan, "another plan") : null,
        },
        .. SafetyScenario.All(name => Restored(name, null)),
        .. RecoveryScenario.All,
        Retained("retention-whole"),
        Retained("retention-cancelled") with
        {
            Answers = (name, calls) => name == PruneClusters.Name && calls > 0 ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        Retained("retention-failed") with
        {
            Answers = (name, _) => name == PruneClusters.Name ? new ArchiveException(ArchiveFailure.Forbidden, "refused") : null,
        },
        Verified("verification-whole"),
        Verified("verification-cancelled") with
        {
            Answers = (name, calls) => name == VerifyClusters.Name && calls > 0 ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        Verified("verification-failed") with
        {
            Answers = (name, _) => name == VerifyClusters.Name ? new ArchiveException(ArchiveFailure.Forbidden, "refused") : null,
        },
        Replicated("replication-whole"),
        Replicated("replication-cancelled") with
        {
            Answers = (name, calls) => name == ReplicateClusters.Name && calls > 0 ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        Replicated("replication-failed") with
        {
            Answers = (name, _) => name == ReplicateClusters.Name ? new ArchiveException(ArchiveFailure.Forbidden, "refused") : null,
        },
        IntoNewCluster("restore-new-cluster"),
        IntoNewCluster("restore-new-cluster-failed") with
        {
            Answers = (name, calls) =>
                name == LookAtNewCluster.Name && calls == 0 ? new NewClusterState(NewClusterStage.Failed, "no room") : null,
        },
        IntoNewCluster("restore-new-cluster-cancelled") with
        {
            Answers = (name, _) => name == LookAtNewCluster.Name ? new NewClusterState(NewClusterStage.Creating, "Creating") : null,
            Meanwhile = CancelWhileCreatingAsync,
        },
        IntoNewCluster("restore-new-cluster-without-nodes") with
        {
            Answers = (name, _) => name == LookAtNodes.Name ? UntilStopped : null,
            Meanwhile = CancelAsync,
        },
        IntoApprovedCluster("restore-new-cluster-approved") with
        {
            Meanwhile = async (client, run) =>
            {
                await DecideAsync(client, run, ClusterDigest, ApprovalDecision.Approved);
                await DecideAsync(client, run, Digest, ApprovalDecision.Approved);
            },
        },
        IntoApprovedCluster("restore-new-cluster-denied") with
        {
            Meanwhile = (client, run) => DecideAsync(client, run, ClusterDigest, ApprovalDecision.Denied),
        },
        new(
            "due-policies",
            Orchestrators.Schedule,
            new TickOrder(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero)).InstanceId,
            new TickOrder(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero))
        ),
        .. NotifyScenario.All,
    ];

    public object AnswerOf(string activity, object? input, int calls) =>
        Answers(activity, calls)
        ?? activity switch
        {
            StopRun.Name => true,
            BeginCapture.Name => new PassSummary(1, 2, 20, null),
            ExportUnit.Name => new UnitCounts
            {
                Objects = 10,
                Bytes = 1_000,
                Failed = 1,
                Done = input is UnitSubject { Unit: 0, Piece: 0 } ? 0 : 1,
            },
            SettleCapture.Name or SealCapture.Name => new NextPass(null),
            EndCapture.Name => new RunResult(((CaptureEnd)input!).Order.Run, RunState.Succeeded),
            MakePlan.Name or BeginRestore.Name => new PlanMade(Digest, 2, 2),
            ApplyStage.Name => new RestoreAdvance(calls == 0 ? RestoreCursor.Start : null, $"stage {calls}", calls + 1, 0, 2),
            PlanNewCluster.Name => new NewClusterPlanned("/clusters/new", false, 3),
            CreateNewCluster.Name or RegisterNewCluster.Name => true,
            LookAtNewCluster.Name => new NewClusterState(NewClusterStage.Ready, "Succeeded"),
            LookAtNodes.Name => new NodeCount(3, 3, null),
            EndRestore.Name => new RunResult(((RestoreEnd)input!).Subject.Run, RunState.Succeeded),
            SettleFleet.Name => new FleetSize(
                new((FleetOrderRef)input!) { Clusters = Clusters.Length <= 100 ? Clusters : [] },
                Clusters.Length
            ),
            TakeShare.Name => new ShareClusters([.. Names(150).Where((_, i) => i % 2 == ((ShareSubject)input!).Node)]),
            EndFleet.Name => new RunResult(((FleetEnd)input!).Order.Run, RunState.Succeeded),
            FindDue.Name => ((TickOrder)input!).After is null
                ? new DueRuns([new("nightly", Fleet)], ["policies/broken.json: no schedule"], "nightly")
                : new DueRuns([], [], null),
            PruneClusters.Name => new PruneProgress(Prod, calls == 1, 1, 0),
            EndRetention.Name => new RunResult(((RetentionEnd)input!).Order.Run, RunState.Succeeded),
            VerifyClusters.Name => new VerifyProgress(new(Prod, calls == 1 ? null : Digest), calls == 1, calls, 0, 1_000),
            ReplicateClusters.Name => new ReplicateProgress(new(Prod, "west", calls == 1), calls == 1, null, calls, 1_000),
            EndReplication.Name => new RunResult(((ReplicationEnd)input!).Order.Run, RunState.Succeeded),
            EndVerification.Name => new RunResult(((VerificationEnd)input!).Order.Run, RunState.Succeeded),
            _ => RecoveryScenario.AnswerOf(activity, input),
        };

    public override string ToString() => Name;

    private static Scenario Capture(string name) =>
        new(
            name,
            Orchestrators.Capture,
            Fleet.Of(Prod).ToString(),
            new CaptureOrderRef
            {
                Run = Fleet.Of(Prod),
                Cluster = Prod,
                RequestedBy = "tests",
                Attempts = 2,
            }
        );

    private static Scenario Captures(string name, int clusters) =>
        new(
            name,
            Orchestrators.Fleet,
            Fleet.ToString(),
            new FleetOrderRef
            {
                Run = Fleet,
                RequestedBy = "tests",
                Attempts = 1,
            }
        )
        {
            Clusters = Names(clusters),
        };

    private static Scenario Retained(string name) =>
        new(
            name,
            Orchestrators.Retention,
            Fleet.ToString(),
            new RetentionOrder
            {
                Run = Fleet,
                RequestedBy = "tests",
                Attempts = 1,
            }
        );

    private static Scenario Verified(string name) =>
        new(
            name,
            Orchestrators.Verification,
            Fleet.ToString(),
            new VerificationOrder
            {
                Run = Fleet,
                RequestedBy = "tests",
                Attempts = 1,
                Sample = 5,
            }
        );

    private static Scenario Replicated(string name) =>
        new(
            name,
            Orchestrators.Replication,
            Fleet.ToString(),
            new ReplicationOrder
            {
                Run = Fleet,
                RequestedBy = "tests",
                Attempts = 1,
            }
        );

    private static Scenario Plan(string name) =>
        new(
            name,
            Orchestrators.Plan,
            Fleet.ToString(),
            new PlanOrder
            {
                Run = Fleet,
                Target = Prod,
                RequestedBy = "tests",
                Attempts = 1,
            }
        );

    private static Scenario Restored(string name, ApprovalTerms? approval) =>
        new(
            name,
            Orchestrators.Restore,
            Fleet.ToString(),
            new RestoreOrder
            {
                Run = Fleet,
                Target = Prod,
                RequestedBy = "requester",
                Attempts = 1,
                Approval = approval,
            }
        );

    private static Scenario IntoNewCluster(string name) =>
        new(
            name,
            Orchestrators.Restore,
            Fleet.ToString(),
            new RestoreOrder
            {
                Run = Fleet,
                Target = Prod,
                NewCluster = new() { Name = Prod },
                RequestedBy = "requester",
                Attempts = 1,
            }
        );

    private static Scenario IntoApprovedCluster(string name) =>
        IntoNewCluster(name) with
        {
            Input = ((RestoreOrder)IntoNewCluster(name).Input) with { Approval = new() },
            Answers = (activity, _) =>
                activity == PlanNewCluster.Name ? new NewClusterPlanned("/clusters/new", false, 3) { Digest = ClusterDigest } : null,
        };

    private static ImmutableArray<ClusterName> Names(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ClusterName.Parse($"c{i:000}"))];
}
