using System.Collections.Immutable;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>Tells what a run did from what became of its steps. Pure.</summary>
public static class RestoreReports
{
    private const string NotReached = nameof(NotReached);

    /// <param name="ended">False: the run was stopped, and what it didn't reach, or deferred, counts as not reached.</param>
    public static RestoreReport Of(RestorePlan plan, OutcomeLedger ledger, TimeSpan duration, bool ended = true)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = ImmutableArray.CreateBuilder<StepFailure>();
        var notes = ImmutableArray.CreateBuilder<string>();
        var altered = ImmutableArray.CreateBuilder<AlteredObject>();
        var complete = true;
        foreach (var step in plan.Steps)
        {
            if (!ended && !ledger.IsFinal(step.Number))
            {
                counts[NotReached] = counts.GetValueOrDefault(NotReached) + 1;
                complete = false;
                continue;
            }
            var outcome = ledger.Of(step.Number) ?? new(step.Number, OutcomeKind.Failed, "was not reached");
            // Nothing comes after the end: what is still deferred has failed.
            var kind = outcome.Kind == OutcomeKind.Deferred ? OutcomeKind.Failed : outcome.Kind;
            counts[kind.ToString()] = counts.GetValueOrDefault(kind.ToString()) + 1;
            complete &= kind != OutcomeKind.Failed && !outcome.Incomplete && !step.Incomplete;
            if (outcome.Altered is { } fields)
                altered.Add(new(step.Resource, step.Namespace, step.Name, fields));
            if (kind == OutcomeKind.Failed)
                failures.Add(new(step.Resource, step.Namespace, step.Name, outcome.Reason ?? "failed"));
            else if (NoteOf(step, outcome) is { } note)
                notes.Add(note);
        }
        return new()
        {
            Run = plan.Run,
            Counts = counts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Failures = failures.ToImmutable(),
            Notes = notes.ToImmutable(),
            Altered = altered.ToImmutable(),
            Complete = complete,
            Duration = duration,
        };
    }

    /// <summary>Done otherwise than planned, or something stays open.</summary>
    private static string? NoteOf(RestoreStep step, StepOutcome outcome)
    {
        var asPlanned = outcome.Kind == OutcomeKind.Skipped && step.Action == StepAction.Skip && outcome.Reason == step.Reason;
        var said = string.Join("; ", new[] { asPlanned ? null : outcome.Reason, outcome.Open }.OfType<string>());
        return said.Length == 0 ? null : $"{new Archive.Format.ObjectKey(step.Resource, step.Namespace, step.Name)}: {said}";
    }
}
