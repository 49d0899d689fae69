using System.Collections.Immutable;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Outcomes;

/// <summary>Sums up a run from what became of its steps. Pure.</summary>
public static class RestoreReports
{
    private const string NotReached = nameof(NotReached);

    /// <summary>What leaves an object otherwise than it was when it stays undone.</summary>
    private const PendingWork Essential = PendingWork.Replicas | PendingWork.Status | PendingWork.Finalizers;

    /// <param name="ended">False: the run was stopped, and what it didn't reach, or deferred, counts as not reached.</param>
    public static RestoreReport Of(RestorePlan plan, KnownOutcomes outcomes, TimeSpan duration, bool ended = true)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = ImmutableArray.CreateBuilder<StepFailure>();
        var incomplete = ImmutableArray.CreateBuilder<StepFailure>();
        var notes = ImmutableArray.CreateBuilder<string>();
        var altered = ImmutableArray.CreateBuilder<AlteredObject>();
        foreach (var step in plan.Steps)
        {
            if (!ended && !outcomes.IsFinal(step.Number))
            {
                counts[NotReached] = counts.GetValueOrDefault(NotReached) + 1;
                if (PlanIndex.Writes(step) || step.Action == StepAction.Delete || step.Incomplete)
                    incomplete.Add(Entry(step, $"not reached: the run was stopped before it. Resume the run{LeftOf(step)}"));
                continue;
            }
            var outcome = outcomes.Of(step.Number) ?? new(step.Number, OutcomeKind.Failed, "was not reached");
            // Nothing comes after the end: what is still deferred has failed.
            var kind = outcome.Kind == OutcomeKind.Deferred ? OutcomeKind.Failed : outcome.Kind;
            counts[kind.ToString()] = counts.GetValueOrDefault(kind.ToString()) + 1;
            if (outcome.Altered is { } fields)
                altered.Add(new(step.Resource, step.Namespace, step.Name, fields));
            if (kind == OutcomeKind.Failed)
                failures.Add(Entry(step, outcome.Reason ?? "failed"));
            else if (
                outcome.Incomplete
                || step.Incomplete
                || outcome.NotReady is not null
                || (ended && (outcome.Pending & Essential) != PendingWork.None)
            )
                incomplete.Add(Entry(step, Shortfall(step, outcome)));
            else if (NoteOf(step, outcome) is { } note)
                notes.Add(note);
        }
        var complete = failures.Count == 0 && incomplete.Count == 0;
        return new()
        {
            Plan = plan.Name,
            Counts = counts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Failures = failures.ToImmutable(),
            Incomplete = incomplete.ToImmutable(),
            Notes = notes.ToImmutable(),
            Altered = altered.ToImmutable(),
            Volumes = VolumesOf(plan, outcomes),
            Hooks = HooksOf(plan, outcomes),
            Timings = RestoreTimes.Of(plan, outcomes, complete && ended),
            Complete = complete,
            Duration = duration,
        };
    }

    private static ImmutableSortedDictionary<string, int>? VolumesOf(RestorePlan plan, KnownOutcomes outcomes)
    {
        var claims = plan.Steps.Where(s => s.Volume is not null && IsThere(outcomes.Of(s.Number))).GroupBy(s => s.Volume!.From);
        var counts = claims.ToImmutableSortedDictionary(c => c.Key.ToString(), c => c.Count(), StringComparer.Ordinal);
        return counts.IsEmpty ? null : counts;
    }

    private static ImmutableArray<ReportedHook>? HooksOf(RestorePlan plan, KnownOutcomes outcomes)
    {
        var runs =
            from step in plan.Steps
            let hook = step.Hooks?.FirstOrDefault(h => h.Kind == RestoreHookKind.Exec)
            where hook is not null
            from run in outcomes.Of(step.Number)?.Hooks ?? []
            orderby run.Error is null
            select new ReportedHook(step.Resource, step.Namespace, step.Name, hook.Source, hook.OnError, run);
        var listed = runs.Take(RestoreReport.MostHooks).ToImmutableArray();
        return listed.IsEmpty ? null : listed;
    }

    /// <summary>What a step may have begun that isn't in the target.</summary>
    private static string LeftOf(RestoreStep step) =>
        step.Volume?.Disk is { } source
            ? $", which continues with its disk {source.Name} in {source.Disk.Group} if that was begun; or delete the disk"
            : "";

    private static bool IsThere(StepOutcome? outcome) =>
        outcome is { Kind: not (OutcomeKind.Failed or OutcomeKind.Deferred), Uid: not null };

    private static StepFailure Entry(RestoreStep step, string reason) => new(step.Resource, step.Namespace, step.Name, reason);

    /// <summary>What the plan said already, and what came to light since.</summary>
    private static string Shortfall(RestoreStep step, StepOutcome outcome)
    {
        var planned = step.Incomplete ? step.Shortfall ?? step.Reason : null;
        var unready = outcome.NotReady is { } why ? $"it is restored, but wasn't ready when waiting ended: {why}" : null;
        var reasons = new[] { planned, outcome.Reason, outcome.Open, unready }.OfType<string>().Distinct().ToList();
        return reasons.Count == 0 ? "it didn't come back as it was" : string.Join("; ", reasons);
    }

    /// <summary>Done otherwise than planned, missing in the target, or something stays open.</summary>
    private static string? NoteOf(RestoreStep step, StepOutcome outcome)
    {
        // What the target doesn't have isn't passed over in silence, planned or not.
        var reason = outcome.Reason ?? (step is { Action: StepAction.Skip, Absent: true } ? step.Reason : null);
        var said = string.Join("; ", new[] { reason, outcome.Open }.OfType<string>());
        return said.Length == 0 ? null : $"{new Archive.Format.ObjectKey(step.Resource, step.Namespace, step.Name)}: {said}";
    }
}
