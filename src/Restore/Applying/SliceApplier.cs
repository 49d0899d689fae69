using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Applies one slice of a stored plan, many writes at once, within a budget of time. May be repeated whole: steps with a final outcome are
/// not done again, and what an earlier attempt wrote without recording it is known by the run's field manager. Thread-safe.
/// </summary>
public sealed class SliceApplier(ApplyContext context)
{
    private readonly StepApplier steps = new(context);
    private readonly FinishingPasses passes = new(context);
    private readonly SnapshotRemoval snapshots = new(context);

    /// <param name="budget">No step is started after it; requests in flight are waited for.</param>
    /// <returns>The outcomes, and the slice that continues where the budget ended.</returns>
    /// <exception cref="RestoreException">BadPlan: the plan doesn't fit the point.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">
    /// The target can't be reached any more. What was done until then is recorded in the journal.
    /// </exception>
    /// <exception cref="Holdfast.Archive.Format.ArchiveException">The point can't be read.</exception>
    public async Task<AppliedSlice> ApplyAsync(StageSlice slice, TimeSpan budget, CancellationToken cancellation)
    {
        context.Unavailable.BeginSlice(slice.Last);
        var deadline = new Deadline(context.Time, budget);
        var todo = new ConcurrentQueue<int>(
            slice.Finishing == PendingWork.None ? slice.Steps.Where(s => !context.Outcomes.IsFinal(s)) : slice.Steps
        );
        var left = new ConcurrentQueue<int>();
        using var first = new FirstFault(cancellation);
        await Task.WhenAll(
            Enumerable.Range(0, Math.Min(context.Gate.Most, todo.Count)).Select(_ => WorkAsync(slice, todo, left, deadline, first))
        );
        first.Throw();
        var rest = left.Concat(todo).Order().ToList();
        return new(
            [.. slice.Steps.Except(rest).Select(context.Outcomes.Of).OfType<StepOutcome>()],
            rest.Count == 0 ? null : slice with { Steps = [.. rest] }
        );
    }

    // A worker has its turn before it takes a step, so that steps start in the plan's order: owners before owned.
    private async Task WorkAsync(
        StageSlice slice,
        ConcurrentQueue<int> todo,
        ConcurrentQueue<int> left,
        Deadline deadline,
        FirstFault first
    )
    {
        try
        {
            while (!deadline.IsOver && !todo.IsEmpty)
            {
                await context.Gate.EnterAsync(first.Stop);
                try
                {
                    if (
                        todo.TryDequeue(out var number)
                        && await context.Outcomes.RunAsync(number, () => DoAsync(number, slice, deadline, first.Stop)) is null
                    )
                        left.Enqueue(number);
                }
                finally
                {
                    context.Gate.Exit();
                }
            }
        }
#pragma warning disable CA1031 // The first fault of all workers is kept, and thrown once they have stopped.
        catch (Exception e)
        {
            await first.SetAsync(e);
        }
#pragma warning restore CA1031
    }

    private async Task<StepOutcome?> DoAsync(int number, StageSlice slice, Deadline deadline, CancellationToken cancellation)
    {
        var step = context.Index[number];
        if (slice.Finishing != PendingWork.None)
            return await passes.FinishAsync(step, slice, deadline, cancellation);
        var outcome = await steps.ApplyAsync(step, slice, cancellation);
        if (outcome.Kind == OutcomeKind.Deferred && slice.Last)
            outcome = outcome with { Kind = OutcomeKind.Failed, Reason = LastWord(step, outcome) };
        outcome = outcome with { At = context.Time.GetUtcNow() };
        return SnapshotRemoval.IsNeeded(step) && outcome is { IsFinal: true, IsWritten: false }
            ? await snapshots.DiscardAsync(step, outcome, cancellation)
            : outcome;
    }

    private string? LastWord(RestoreStep step, StepOutcome outcome) =>
        context.Deletions.Of(step.Number) is null
            ? outcome.Reason
            : $"{outcome.Reason}, and still existed when everything else was done. Remove what blocks its deletion, then resume the run";

    /// <summary>The first failure of one worker stops the others; what they then fail with says nothing.</summary>
    private sealed class FirstFault(CancellationToken cancellation) : IDisposable
    {
        private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        private ExceptionDispatchInfo? fault;

        public CancellationToken Stop => stop.Token;

        public Task SetAsync(Exception e)
        {
            Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(e), null);
            return stop.CancelAsync();
        }

        public void Throw()
        {
            cancellation.ThrowIfCancellationRequested();
            fault?.Throw();
        }

        public void Dispose() => stop.Dispose();
    }
}
