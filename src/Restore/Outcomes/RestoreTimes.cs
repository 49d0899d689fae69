namespace Holdfast.Restore.Outcomes;

/// <summary>Works out a restore's times from those of its outcomes. Pure.</summary>
internal static class RestoreTimes
{
    /// <param name="complete">Everything that was asked for is there.</param>
    /// <returns>Null: nothing was written, or the outcomes have no times.</returns>
    public static RestoreTimings? Of(RestorePlan plan, KnownOutcomes outcomes, bool complete)
    {
        var written = (
            from step in plan.Steps
            let outcome = outcomes.Of(step.Number)
            where outcome is { IsWritten: true, At: not null } or { Kind: OutcomeKind.Deleted, At: not null }
            select (Step: step, Outcome: outcome)
        ).ToList();
        if (written.Count == 0)
            return null;
        var began = written.Min(w => w.Outcome.At!.Value);
        var stages = written
            .GroupBy(w => w.Step.Stage)
            .OrderBy(g => g.Key)
            .Select(g => StageOf(g.Key, [.. g.Select(w => w.Outcome)], began));
        var writtenSeconds = Seconds(began, written.Max(w => w.Outcome.At!.Value));
        var isKnown = plan.Request.WaitSeconds is not null && !written.Exists(w => w.Outcome.NotReady is not null);
        var readySeconds = isKnown ? Math.Max(ReadySeconds(written.Select(w => w.Outcome), began) ?? 0, writtenSeconds) : (double?)null;
        return new()
        {
            PlanSeconds = plan.PlanSeconds,
            WrittenSeconds = writtenSeconds,
            ReadySeconds = readySeconds,
            RtoSeconds = complete ? Math.Round((plan.PlanSeconds ?? 0) + (readySeconds ?? writtenSeconds), 3) : null,
            Stages = [.. stages],
            Slowest =
            [
                .. written
                    .Where(w => w.Outcome.ReadyAt is not null)
                    .OrderByDescending(w => w.Outcome.ReadyAt)
                    .ThenBy(w => w.Step.Number)
                    .Take(RestoreTimings.MostObjects)
                    .Select(w => new ObjectTiming(
                        w.Step.Resource,
                        w.Step.Namespace,
                        w.Step.Name,
                        Seconds(began, w.Outcome.ReadyAt!.Value)
                    )),
            ],
        };
    }

    private static StageTiming StageOf(RestoreStage stage, List<StepOutcome> outcomes, DateTimeOffset began)
    {
        var notReady = outcomes.Count(o => o.NotReady is not null);
        return new(
            stage,
            outcomes.Count,
            Seconds(began, outcomes.Max(o => o.At!.Value)),
            notReady > 0 ? null : ReadySeconds(outcomes, began),
            notReady
        );
    }

    /// <returns>Null: nothing was seen to become ready.</returns>
    private static double? ReadySeconds(IEnumerable<StepOutcome> outcomes, DateTimeOffset began) =>
        outcomes.Max(o => o.ReadyAt) is { } last ? Seconds(began, last) : null;

    private static double Seconds(DateTimeOffset began, DateTimeOffset at) => Math.Round((at - began).TotalSeconds, 3);
}
