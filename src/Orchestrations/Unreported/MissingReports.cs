using System.Collections.Immutable;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Unreported;

/// <summary>How a run's orchestration ended without a report.</summary>
/// <param name="Why">What the engine says of it.</param>
/// <param name="At">When that was found.</param>
internal sealed record SilentEnd(string Why, DateTimeOffset At)
{
    /// <summary>Somebody terminated it in the engine, past Holdfast; else it failed there.</summary>
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
    private const string Terminator = "somebody who terminated it in the engine";
    private const string Resume = "Resume this run to continue it: what is done stays";
    private const string CaptureAgain = "Start a new capture: completed work is reused";

    public Task EndAsync(KeptOrder order, SilentEnd end, CancellationToken cancellation) =>
        order switch
        {
            { Capture: { } capture } => EndAsync(capture, end, cancellation),
            { Fleet: { } fleet } => EndAsync(fleet, end, cancellation),
            { Plan: { } plan } => EndAsync(new(plan.Run, plan.Target), RunKind.Plan, plan.RequestedBy, end, cancellation),
            _ => EndAsync(new(order.Restore!.Run, order.Restore.Target), RunKind.Restore, order.Restore.RequestedBy, end, cancellation),
        };

    private Task EndAsync(CaptureOrder order, SilentEnd end, CancellationToken cancellation)
    {
        var capture = new CaptureEnd(order, order.Run.Time, end.At, FailureOf(end, CaptureAgain), CancellationOf(end));
        return new EndCapture(workspace).EndAsync(capture, cancellation);
    }

    private Task EndAsync(FleetOrder order, SilentEnd end, CancellationToken cancellation)
    {
        var note = RunResult.Cut(end.Terminated ? null : $"the fleet's own orchestration failed: {end.Why}");
        var totals = FleetTotals.None with { Trouble = note };
        var fleet = new FleetEnd(order.Brief() with { Note = note }, order.Run.Time, end.At, totals, CancellationOf(end));
        return new EndFleet(workspace).EndAsync(fleet, end.StillRunning, cancellation);
    }

    private Task EndAsync(RestoreSubject subject, RunKind kind, string requestedBy, SilentEnd end, CancellationToken cancellation)
    {
        var next = end.Begun ? Resume : "Nothing was changed; start it again when it is wanted";
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
        );
        return new EndRestore(workspace).EndAsync(restore, cancellation);
    }

    private static RunFailure FailureOf(SilentEnd end, string next) =>
        end.Terminated
            ? RunFailures.OfCancelling($"stopped by {Terminator}: {end.Why}", next)
            : new(RunFailures.Run, RunFailures.Lost, $"the run's orchestration ended without a report: {end.Why}", next);

    private static Cancellation? CancellationOf(SilentEnd end) =>
        end.Terminated ? new(Terminator, RunResult.Cut(end.Why, Cancellation.LongestReason)) : null;
}
