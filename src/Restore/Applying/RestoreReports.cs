using System.Collections.Immutable;

namespace Holdfast.Restore.Applying;

/// <summary>Tells what a run did from what became of its steps. Pure.</summary>
public static class RestoreReports
{
    private const string NotReached = nameof(NotReached);

    /// <summary>What leaves an object otherwise than it was when it stays undone.</summary>
    private const PendingWork Essential = PendingWork.Replicas | PendingWork.Status;

    /// <param name="ended">False: the run was stopped, and what it didn't reach, or deferred, counts as not reached.</param>
    public static RestoreReport Of(RestorePlan plan, OutcomeLedger ledger, TimeSpan duration, bool ended = true)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = ImmutableArray.CreateBuilder<StepFailure>();
        var incomplete = ImmutableArray.CreateBuilder<StepFailure>();
        var notes = ImmutableArray.CreateBuilder<string>();
        var altered = ImmutableArray.CreateBuilder<AlteredObject>();
        foreach (var step in plan.Steps)
        {
            if (!ended && !ledger.IsFinal(step.Number))
            {
                counts[NotReached] = counts.GetValueOrDefault(NotReached) + 1;
                if (PlanIndex.Writes(step) || step.Action == StepAction.Delete || step.Incomplete)
                    incomplete.Add(Entry(step, "not reached: the run was stopped before it. Resume the run"));
                continue;
            }
            var outcome = ledger.Of(step.Number) ?? new(step.Number, OutcomeKind.Failed, "was not reached");
            // Nothing comes after the end: what is still deferred has failed.
            var kind = outcome.Kind == OutcomeKind.Deferred ? OutcomeKind.Failed : outcome.Kind;
            counts[kind.ToString()] = counts.GetValueOrDefault(kind.ToString()) + 1;
            if (outcome.Altered is { } fields)
                altered.Add(new(step.Resource, step.Namespace, step.Name, fields));
            if (kind == OutcomeKind.Failed)
                failures.Add(Entry(step, outcome.Reason ?? "failed"));
            else if (outcome.Incomplete || step.Incomplete || (ended && (outcome.Pending & Essential) != PendingWork.None))
                incomplete.Add(Entry(step, Shortfall(step, outcome)));
            else if (NoteOf(step, outcome) is { } note)
                notes.Add(note);
        }
        return new()
        {
            Run = plan.Run,
            Counts = counts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Failures = failures.ToImmutable(),
            Incomplete = incomplete.ToImmutable(),
            Notes = notes.ToImmutable(),
            Altered = altered.ToImmutable(),
            Complete = failures.Count == 0 && incomplete.Count == 0,
            Duration = duration,
        };
    }

    private static StepFailure Entry(RestoreStep step, string reason) => new(step.Resource, step.Namespace, step.Name, reason);

    /// <summary>What the plan said already, and what came to light since.</summary>
    private static string Shortfall(RestoreStep step, StepOutcome outcome)
    {
        var planned = step.Incomplete ? step.Shortfall ?? step.Reason : null;
        var since = outcome.Reason == step.Reason ? null : outcome.Reason;
        var reasons = new[] { planned, since, outcome.Open }.OfType<string>().Distinct().ToList();
        return reasons.Count == 0 ? "it didn't come back as it was" : string.Join("; ", reasons);
    }

    /// <summary>Done otherwise than planned, missing in the target, or something stays open.</summary>
    private static string? NoteOf(RestoreStep step, StepOutcome outcome)
    {
        // What the target doesn't have isn't passed over in silence, planned or not.
        var asPlanned =
            outcome.Kind == OutcomeKind.Skipped && step is { Action: StepAction.Skip, Absent: not true } && outcome.Reason == step.Reason;
        var said = string.Join("; ", new[] { asPlanned ? null : outcome.Reason, outcome.Open }.OfType<string>());
        return said.Length == 0 ? null : $"{new Archive.Format.ObjectKey(step.Resource, step.Namespace, step.Name)}: {said}";
    }
}
