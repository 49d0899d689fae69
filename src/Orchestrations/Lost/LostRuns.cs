using System.Collections.Immutable;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Lost;

/// <summary>How a run's orchestration ended without telling.</summary>
/// <param name="Why">What the engine says of it.</param>
/// <param name="At">When that was found.</param>
public sealed record RunLoss(string Why, DateTimeOffset At)
{
    /// <summary>Somebody terminated it in the engine, past Holdfast; else it was lost.</summary>
    public bool Terminated { get; init; }

    /// <summary>A restore may have written to its target.</summary>
    public bool Begun { get; init; }

    /// <summary>Parts of a fleet that go on without it.</summary>
    public ImmutableHashSet<RunId> GoingOn { get; init; } = [];
}

/// <summary>
/// Ends runs whose orchestrations ended without a report: writes it, with what the run came to until then, and clears away what the run needed. What a report once says of a loss gives way to what the run itself
/// tells later. Thread-safe.
/// </summary>
public sealed class LostRuns(RunWorkspace workspace)
{
    private const string Terminator = "somebody who terminated it in the engine";
    private const string Resume = "Resume this run to go on: what is done stays";
    private const string CaptureAgain = "Capture again when you like: what was written is used again, or collected later";

    public Task EndAsync(KeptOrder order, RunLoss loss, CancellationToken cancellation) => order switch
    {
        { Capture: { } capture } => EndAsync(capture, loss, cancellation),
        { Fleet: { } fleet } => EndAsync(fleet, loss, cancellation),
        { Plan: { } plan } => EndAsync(new(plan.Run, plan.Target), RunKind.Plan, plan.RequestedBy, loss, cancellation),
        _ => EndAsync(new(order.Restore!.Run, order.Restore.Target), RunKind.Restore, order.Restore.RequestedBy, loss, cancellation),
    };

    private Task EndAsync(CaptureOrder order, RunLoss loss, CancellationToken cancellation)
    {
        var end = new CaptureEnd(order, order.Run.Time, loss.At, FailureOf(loss, CaptureAgain), CancellationOf(loss));
        return new EndCapture(workspace).EndAsync(end, cancellation);
    }

    private Task EndAsync(FleetOrder order, RunLoss loss, CancellationToken cancellation)
    {
        var told = RunResult.Cut(loss.Terminated ? null : $"the fleet's own orchestration was lost: {loss.Why}");
        var end = new FleetEnd(order.Brief() with { Note = told }, order.Run.Time, loss.At, FleetTotals.None with { Trouble = told }, CancellationOf(loss));
        return new EndFleet(workspace).EndAsync(end, loss.GoingOn, cancellation);
    }

    private Task EndAsync(RestoreSubject subject, RunKind kind, string requestedBy, RunLoss loss, CancellationToken cancellation)
    {
        var next = loss.Begun ? Resume : "Nothing was changed; begin again when it is wanted";
        var end = new RestoreEnd(subject, kind, requestedBy, subject.Run.Time, loss.At, loss.Begun, FailureOf(loss, next), CancellationOf(loss), Approval: null);
        return new EndRestore(workspace).EndAsync(end, cancellation);
    }

    private static RunFailure FailureOf(RunLoss loss, string next) => loss.Terminated
        ? RunFailures.OfCancelling($"stopped by {Terminator}: {loss.Why}", next)
        : new(RunFailures.Run, RunFailures.Lost, $"the run's orchestration was lost, and can tell no more: {loss.Why}", next);

    private static Cancellation? CancellationOf(RunLoss loss) => loss.Terminated ? new(Terminator, RunResult.Cut(loss.Why, Cancellation.LongestReason)) : null;
}
