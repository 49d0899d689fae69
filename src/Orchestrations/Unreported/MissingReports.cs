using System.Collections.Immutable;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Replicating;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Verifying;

namespace Holdfast.Orchestrations.Unreported;

/// <summary>How a run's orchestration ended without a report.</summary>
/// <param name="Why">What the engine says of it.</param>
/// <param name="At">When that was found.</param>
internal sealed record SilentEnd(string Why, DateTimeOffset At)
{
    /// <summary>It was terminated in the engine, not through Holdfast; else it failed there.</summary>
    public bool Terminated { get; init; }

    /// <summary>A restore may have written to its target.</summary>
    public bool Begun { get; init; }

    /// <summary>Parts of a fleet that are still running without it.</summary>
    public ImmutableHashSet<RunId> StillRunning { get; init; } = [];
}

/// <summary>
/// Writes the reports of runs whose orchestrations ended without one, with what the run achieved until then, and removes what the run
/// needed. A report that the run itself writes later replaces it. Thread-safe.
/// </summary>
internal sealed class MissingReports(RunWorkspace workspace)
{
    private const string Terminator = "a person who terminated it in the engine";
    private const string Resume = "Resume this run to continue it: completed steps are kept";
    private const string NothingChanged = "Nothing was changed; start it again when you want";
    private const string CaptureAgain = "Run the capture again; data already written is reused";

    public Task EndAsync(OrderRef order, SilentEnd end, CancellationToken cancellation) =>
        order switch
        {
            CaptureOrderRef capture => EndAsync(capture, end, cancellation),
            FleetOrderRef fleet => EndAsync(fleet, end, cancellation),
            PlanOrder plan => EndAsync(new(plan.Run, plan.Target), RunKind.Plan, plan.RequestedBy, end, null, cancellation),
            RestoreOrder restore => EndAsync(
                new(restore.Run, restore.Target),
                RunKind.Restore,
                restore.RequestedBy,
                end,
                restore.NewCluster is null ? null : new(null, null, false),
                cancellation
            ),
            RetentionOrder retention => EndAsync(retention, end, cancellation),
            VerificationOrder verification => EndAsync(verification, end, cancellation),
            ReplicationOrder replication => EndAsync(replication, end, cancellation),
            RecoveryOrder recovery => EndAsync(recovery, end, cancellation),
            _ => throw new ArgumentException($"{order.GetType().Name} isn't an order", nameof(order)),
        };

    private Task EndAsync(CaptureOrderRef order, SilentEnd end, CancellationToken cancellation)
    {
        var capture = new CaptureEnd(order.Reference(), order.Run.Time, end.At, FailureOf(end, CaptureAgain), CancellationOf(end));
        return new EndCapture(workspace.Captures).EndAsync(capture, cancellation);
    }

    private Task EndAsync(FleetOrderRef order, SilentEnd end, CancellationToken cancellation)
    {
        var note = RunResult.Cut(end.Terminated ? null : $"the fleet's own orchestration failed: {end.Why}");
        var fleet = new FleetEnd(
            order.Reference() with
            {
                Note = note,
            },
            order.Run.Time,
            end.At,
            new() { Trouble = note },
            CancellationOf(end)
        );
        return new EndFleet(workspace.Records).EndAsync(fleet, end.StillRunning, cancellation);
    }

    /// <param name="cluster">Of a restore into a cluster that it makes: what became of it isn't known.</param>
    private Task EndAsync(
        RestoreSubject subject,
        RunKind kind,
        string requestedBy,
        SilentEnd end,
        NewClusterEnd? cluster,
        CancellationToken cancellation
    )
    {
        var next = end.Begun ? Resume : NothingChanged;
        var restore = new RestoreEnd(
            subject,
            kind,
            requestedBy,
            subject.Run.Time,
            end.At,
            end.Begun,
            FailureOf(end, next),
            CancellationOf(end),
            Approval: null
        )
        {
            NewCluster = cluster,
        };
        return new EndRestore(workspace.Restores, workspace.NewClusters).EndAsync(restore, cancellation);
    }

    private Task EndAsync(RetentionOrder order, SilentEnd end, CancellationToken cancellation)
    {
        var failure = FailureOf(end, "The next run continues");
        var retention = new RetentionEnd(order, order.Run.Time, failure, CancellationOf(end), end.At);
        return new EndRetention(workspace.Records).EndAsync(retention, cancellation);
    }

    private Task EndAsync(VerificationOrder order, SilentEnd end, CancellationToken cancellation)
    {
        var failure = FailureOf(end, "Start it again");
        var verification = new VerificationEnd(order, order.Run.Time, failure, CancellationOf(end), end.At);
        return new EndVerification(workspace.Records).EndAsync(verification, cancellation);
    }

    private Task EndAsync(ReplicationOrder order, SilentEnd end, CancellationToken cancellation)
    {
        var failure = FailureOf(end, "The next run continues");
        var replication = new ReplicationEnd(order, order.Run.Time, failure, CancellationOf(end), end.At);
        return new EndReplication(workspace.Records).EndAsync(replication, cancellation);
    }

    private Task EndAsync(RecoveryOrder order, SilentEnd end, CancellationToken cancellation)
    {
        var failure = FailureOf(end, end.Begun ? Resume : NothingChanged);
        var recovery = new RecoveryEnd(order.Reference(), order.Run.Time, end.At, failure, CancellationOf(end), Approval: null);
        return new EndRecovery(workspace.Recoveries).EndAsync(recovery, cancellation);
    }

    private static Failure FailureOf(SilentEnd end, string next) =>
        end.Terminated
            ? Failure.OfCancelling($"stopped by {Terminator}: {end.Why}", next)
            : new(FailureSide.Cloud, FailureCode.Lost, $"the run's orchestration ended without a report: {end.Why}", next);

    private static Cancellation? CancellationOf(SilentEnd end) =>
        end.Terminated ? new(Terminator, RunResult.Cut(end.Why, Cancellation.LongestReason)) : null;
}
