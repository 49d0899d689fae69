namespace Holdfast.Protection.Restore.Applying;

/// <summary>
/// The order in which a plan is applied: stage by stage, what was deferred after each stage that may have cured it, then the last passes. Goes on from a cursor for as long as a budget allows, and hands
/// back the next one. A cursor may be used again: what has an outcome is not done twice.
/// </summary>
internal sealed class RestoreCourse(ApplyContext context, OutcomeRecorder recorder)
{
    private static readonly RestoreStage[] Stages = Enum.GetValues<RestoreStage>();
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly SliceApplier applier = new(context);
    private bool worked;

    /// <summary>Goes on to the end of a stage in which there was something to do, or of the budget.</summary>
    /// <returns>Null: the restore is at its end.</returns>
    public async Task<RestoreCursor?> AdvanceAsync(RestoreCursor from, TimeSpan budget, CancellationToken cancellation)
    {
        var deadline = new Deadline(context.Time, budget);
        worked = false;
        var next = await MoveAsync(from, deadline, cancellation);
        while (next is not null && !deadline.IsOver && (!worked || next.IsWithin(from)))
        {
            from = next;
            recorder.Phase = next.Phase;
            next = await MoveAsync(next, deadline, cancellation);
        }
        return next;
    }

    private Task<RestoreCursor?> MoveAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation) => at.Move switch
    {
        RestoreMove.Apply => ApplyAsync(at, deadline, cancellation),
        RestoreMove.Retry => RetryAsync(at, deadline, cancellation),
        RestoreMove.Settle => SettleAsync(at, deadline, cancellation),
        RestoreMove.LastTry => LastTryAsync(at, deadline, cancellation),
        RestoreMove.Owners or RestoreMove.LastOwners => PassAsync(at, PendingWork.Owners, deadline, cancellation),
        RestoreMove.Status or RestoreMove.LastStatus => PassAsync(at, PendingWork.Status, deadline, cancellation),
        RestoreMove.Replicas or RestoreMove.LastReplicas => PassAsync(at, PendingWork.Replicas, deadline, cancellation),
        RestoreMove.ManagedFields => UnmarkAsync(at, deadline, cancellation),
        _ => throw new InvalidOperationException($"no move {at.Move}"),
    };

    private async Task<RestoreCursor?> ApplyAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var (rest, tried) = await SweepAsync(at with { At = at.Stage }, [at.Stage], new(s => !context.Ledger.IsFinal(s.Number)), deadline, cancellation);
        if (rest is not null)
            return rest;
        if (at.Stage == RestoreStage.CustomResourceDefinitions)
            await EstablishAsync(cancellation);
        if (at.Stage == RestoreStage.ApiServices && tried)
            await context.RediscoverAsync(cancellation);
        return tried ? at.To(RestoreMove.Retry) : NextStage(at);
    }

    private async Task<RestoreCursor?> RetryAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var (rest, _) = await SweepAsync(at, Stages.Where(s => s < at.Stage), new(IsDeferred), deadline, cancellation);
        return rest ?? NextStage(at);
    }

    private static RestoreCursor NextStage(RestoreCursor at) => at.Stage == Stages[^1] ? at.To(RestoreMove.Owners) : new(RestoreMove.Apply, at.Stage + 1);

    private async Task<RestoreCursor?> PassAsync(RestoreCursor at, PendingWork work, Deadline deadline, CancellationToken cancellation)
    {
        var (rest, _) = await SweepAsync(at, Stages, new(s => Owes(s, work)) { Finishing = work }, deadline, cancellation);
        return rest ?? at.Move switch
        {
            RestoreMove.Replicas => Deferred.Any() ? at.To(RestoreMove.Settle) : at.To(RestoreMove.ManagedFields),
            var move => at.To(move + 1),
        };
    }

    /// <summary>Tries what is deferred again for a while. What the target serves no type for, time doesn't cure.</summary>
    private async Task<RestoreCursor?> SettleAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        if (!at.Tried)
            await context.RediscoverAsync(cancellation);
        var settling = new Deadline(context.Time, context.Limits.Settling - at.Settled);
        RestoreCursor Later(RestoreCursor where) => where with { Tried = true, Settled = at.Settled + settling.Elapsed };
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
        {
            var (rest, _) = await SweepAsync(at, Stages, new(IsDeferred), deadline, cancellation);
            if (rest is not null)
                return Later(rest);
            if (settling.Left < pause || !Deferred.Any(s => context.Types.Find(s.Resource, s.ApiVersion) is not null))
                return at.To(RestoreMove.LastTry);
            at = at.To(RestoreMove.Settle) with { Settled = at.Settled };
            if (deadline.Left < pause)
                return Later(at);
            await Task.Delay(pause, context.Time, cancellation);
        }
    }

    private async Task<RestoreCursor?> LastTryAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var (rest, _) = await SweepAsync(at, Stages, new(IsDeferred) { Last = true }, deadline, cancellation);
        return rest ?? at.To(RestoreMove.LastOwners);
    }

    private async Task<RestoreCursor?> UnmarkAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        await recorder.SyncAsync();
        var (rest, _) = await SweepAsync(at, Stages, new(s => Owes(s, PendingWork.ManagedFields)) { Finishing = PendingWork.ManagedFields }, deadline, cancellation);
        return rest;
    }

    /// <summary>Applies slices of the chosen steps, stage by stage, from where the cursor is.</summary>
    /// <returns>Where the budget has ended it, or null; and whether anything was tried in the move so far.</returns>
    private async Task<(RestoreCursor? Unfinished, bool Tried)> SweepAsync(RestoreCursor at, IEnumerable<RestoreStage> stages, Choice choice, Deadline deadline, CancellationToken cancellation)
    {
        var tried = at.Tried;
        foreach (var stage in stages.Where(s => s >= at.At))
        {
            var here = stage == at.At ? at : new(at.Move, at.Stage) { At = stage };
            var triedHere = here.Rest is not null;
            while (Next(here, stage, choice) is { } slice)
            {
                if (deadline.IsOver)
                    return (here with { At = stage, Tried = tried, Rest = here.Rest, Settled = at.Settled }, tried);
                tried = triedHere = worked = true;
                var result = await applier.ApplyAsync(slice, deadline.Left, cancellation);
                here = new(at.Move, at.Stage) { At = stage, After = Math.Max(here.After, slice.Steps[^1]), Rest = result.Rest, Tried = true, Settled = at.Settled };
            }
            if (triedHere && stage == RestoreStage.CustomResourceDefinitions && choice.Finishing == PendingWork.None && at.Move != RestoreMove.Apply)
                await EstablishAsync(cancellation);
        }
        return (null, tried);
    }

    private StageSlice? Next(RestoreCursor here, RestoreStage stage, Choice choice)
    {
        if (here.Rest is { } rest)
            return rest;
        var numbers = context.Plan.Steps.Where(s => s.Stage == stage && s.Number > here.After && choice.Takes(s)).Select(s => s.Number).Take(StageSlices.DefaultSize).ToList();
        return numbers.Count == 0 ? null : new(stage, [.. numbers]) { Finishing = choice.Finishing, Last = choice.Last };
    }

    /// <summary>Nothing of a custom type can be written before its definition is established and served.</summary>
    private async Task EstablishAsync(CancellationToken cancellation)
    {
        var deadline = new Deadline(context.Time, TimeSpan.MaxValue);
        var (_, any) = await SweepAsync(
            RestoreCursor.Start, [RestoreStage.CustomResourceDefinitions], new(s => Owes(s, PendingWork.Established)) { Finishing = PendingWork.Established }, deadline, cancellation);
        if (any)
            await new DefinitionReadiness(context).UntilServedAsync(new(context.Time, context.Limits.Establishing), cancellation);
    }

    private bool Owes(RestoreStep step, PendingWork work) => context.Ledger.Of(step.Number)?.Pending.HasFlag(work) == true;

    private bool IsDeferred(RestoreStep step) => context.Ledger.Of(step.Number) is { Kind: OutcomeKind.Deferred };

    private IEnumerable<RestoreStep> Deferred => context.Plan.Steps.Where(IsDeferred);

    /// <summary>Which steps a move takes, and what it does with them.</summary>
    private sealed record Choice(Func<RestoreStep, bool> Takes)
    {
        public PendingWork Finishing { get; init; }

        public bool Last { get; init; }
    }
}
