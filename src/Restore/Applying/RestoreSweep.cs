namespace Holdfast.Restore.Applying;

/// <summary>Which steps a move takes, and what it does with them.</summary>
internal sealed record SweepChoice(Func<RestoreStep, bool> Takes)
{
    public PendingWork Finishing { get; init; }

    /// <summary>Nothing comes after it.</summary>
    public bool Last { get; init; }
}

/// <summary>Applies slices of chosen steps, stage by stage. Not thread-safe.</summary>
internal sealed class RestoreSweep(ApplyContext context)
{
    /// <summary>
    /// Definitions are established in milliseconds; one that takes longer is looked at again later, and nothing but its own objects waits
    /// for it.
    /// </summary>
    private static readonly TimeSpan EstablishingAtOnce = TimeSpan.FromSeconds(5);

    /// <summary>Older servers serve a type a moment after its definition is established.</summary>
    private static readonly TimeSpan ServedAtOnce = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LastLook = TimeSpan.FromMinutes(1);

    private readonly SliceApplier applier = new(context);

    /// <summary>Something was tried since this was last unset.</summary>
    public bool Worked { get; set; }

    /// <summary>Goes through stages from where the cursor is.</summary>
    /// <returns>Where the budget has ended it, or null; and whether anything was tried in the move so far.</returns>
    public async Task<(RestoreCursor? Unfinished, bool Tried)> RunAsync(
        RestoreCursor at,
        IEnumerable<RestoreStage> stages,
        SweepChoice choice,
        Deadline deadline,
        CancellationToken cancellation
    )
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
                tried = triedHere = Worked = true;
                var result = await applier.ApplyAsync(slice, deadline.Left, cancellation);
                here = new(at.Move, at.Stage)
                {
                    At = stage,
                    After = Math.Max(here.After, slice.Steps[^1]),
                    Rest = result.Rest,
                    Tried = true,
                    Settled = at.Settled,
                };
            }
            if (
                triedHere
                && stage == RestoreStage.CustomResourceDefinitions
                && choice.Finishing == PendingWork.None
                && at.Move != RestoreMove.Apply
            )
                await EstablishAsync(cancellation);
        }
        return (null, tried);
    }

    /// <summary>Nothing of a custom type can be written before its definition is established and served.</summary>
    public async Task EstablishAsync(CancellationToken cancellation)
    {
        var choice = new SweepChoice(s => Owes(s, PendingWork.Established)) { Finishing = PendingWork.Established };
        var (_, any) = await RunAsync(
            RestoreCursor.Start,
            [RestoreStage.CustomResourceDefinitions],
            choice,
            new(context.Time, EstablishingAtOnce),
            cancellation
        );
        if (any)
            await new DefinitionReadiness(context).UntilServedAsync(new(context.Time, ServedAtOnce), cancellation);
    }

    /// <summary>Asks once more, of each definition that still isn't established, whether it is now.</summary>
    /// <param name="last">What isn't has failed.</param>
    public async Task EstablishAgainAsync(bool last, CancellationToken cancellation)
    {
        var before = Establishing();
        if (before == 0)
            return;
        var numbers = context.Plan.Steps.Where(s => Owes(s, PendingWork.Established)).Select(s => s.Number);
        await applier.ApplyAsync(
            new(RestoreStage.CustomResourceDefinitions, [.. numbers]) { Finishing = PendingWork.Established, Last = last },
            last ? LastLook : DefinitionReadiness.OneLook,
            cancellation
        );
        if (Establishing() < before)
            await context.RediscoverAsync(cancellation);
    }

    public bool Owes(RestoreStep step, PendingWork work) =>
        context.Outcomes.Of(step.Number) is { IsWritten: true } outcome && outcome.Pending.HasFlag(work);

    private int Establishing() => context.Plan.Steps.Count(s => Owes(s, PendingWork.Established));

    private StageSlice? Next(RestoreCursor here, RestoreStage stage, SweepChoice choice)
    {
        if (here.Rest is { } rest)
            return rest;
        var numbers = context
            .Plan.Steps.Where(s => s.Stage == stage && s.Number > here.After && choice.Takes(s))
            .Select(s => s.Number)
            .Take(StageSlice.MostSteps)
            .ToList();
        return numbers.Count == 0 ? null : new(stage, [.. numbers]) { Finishing = choice.Finishing, Last = choice.Last };
    }
}
