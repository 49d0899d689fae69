using System.Collections.Concurrent;
using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Sends every write and deletion of a plan to the target with <c>dryRun=All</c>: admission and schemas judge it, and nothing is kept.
/// </summary>
internal static class DryRunWrites
{
    private const string Phase = "asking the target";

    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be reached.</exception>
    public static async Task<PlanDryRun> RunAsync(
        RestorePlan plan,
        RecoveryPointReader point,
        ClusterConnection target,
        TimeProvider time,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellation
    )
    {
        var context = await ApplyContext.OpenAsync(plan, point, target, new([]), time, cancellation, dryRun: true);
        var (steps, deletions) = (new StepApplier(context), new Deletions(context));
        var writes = plan.Steps.Where(s => PlanIndex.Writes(s) || s.Action == StepAction.Delete).ToList();
        var findings = new ConcurrentBag<DryRunFinding>();
        var gaps = new ConcurrentBag<DryRunGap>();
        var done = 0;
        await Parallel.ForEachAsync(
            writes,
            new ParallelOptions { MaxDegreeOfParallelism = context.Gate.Most, CancellationToken = cancellation },
            async (step, stop) =>
            {
                if (Deletes(step) && await AskAsync(context, () => deletions.RefusalAsync(step, stop), stop) is { } stays)
                    findings.Add(new(step.Number, stays, null));
                else if (GapOf(step, context) is { } reason)
                    gaps.Add(new(step.Number, reason));
                else if (step.Action != StepAction.Delete)
                    Note(await AskAsync(context, () => steps.ApplyAsync(step, new(step.Stage, [step.Number]), stop), stop), findings, gaps);
                progress?.Report(new(Phase, Interlocked.Increment(ref done), writes.Count, 0));
            }
        );
        return new(writes.Count - gaps.Count, [.. findings.OrderBy(f => f.Step)], [.. gaps.OrderBy(g => g.Step)]);
    }

    private static bool Deletes(RestoreStep step) => step.Action is StepAction.Delete or StepAction.Recreate;

    private static async Task<T> AskAsync<T>(ApplyContext context, Func<Task<T>> ask, CancellationToken cancellation)
    {
        await context.Gate.EnterAsync(cancellation);
        try
        {
            return await ask();
        }
        finally
        {
            context.Gate.Exit();
        }
    }

    private static void Note(StepOutcome outcome, ConcurrentBag<DryRunFinding> findings, ConcurrentBag<DryRunGap> gaps)
    {
        if (outcome.Kind == OutcomeKind.Deferred)
            gaps.Add(new(outcome.Step, outcome.Reason ?? "it has to wait for something"));
        else if (outcome.Kind == OutcomeKind.Failed)
            findings.Add(new(outcome.Step, outcome.Reason, null));
        else if (outcome.Altered is not null)
            findings.Add(new(outcome.Step, null, outcome.Altered));
    }

    private static string? GapOf(RestoreStep step, ApplyContext context)
    {
        if (step.Action == StepAction.Delete)
            return null;
        if (context.Types.Find(step.Resource, step.ApiVersion) is null)
            return "its type comes with this restore";
        if (context.Index.NamespaceOf(step.Namespace) is { Action: StepAction.Create })
            return "its namespace comes with this restore";
        if (step.Action == StepAction.Recreate)
            return "the target would delete the live object, and whether it then takes the new one can't be asked before";
        return step is { Action: StepAction.Create, LiveUid: not null } ? "the live object is still being deleted" : null;
    }
}
