using System.Collections.Concurrent;
using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Sends every write of a plan to the target with <c>dryRun=All</c>: admission and schemas judge it, and nothing is kept.
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
        var steps = new StepApplier(context);
        var writes = plan.Steps.Where(PlanIndex.Writes).ToList();
        var findings = new ConcurrentBag<DryRunFinding>();
        var gaps = new ConcurrentBag<DryRunGap>();
        var done = 0;
        await Parallel.ForEachAsync(
            writes,
            new ParallelOptions { MaxDegreeOfParallelism = context.Gate.Most, CancellationToken = cancellation },
            async (step, stop) =>
            {
                if (GapOf(step, context) is { } reason)
                    gaps.Add(new(step.Number, reason));
                else
                    Note(await AskAsync(step, steps, context, stop), findings, gaps);
                progress?.Report(new(Phase, Interlocked.Increment(ref done), writes.Count, 0));
            }
        );
        return new(writes.Count - gaps.Count, [.. findings.OrderBy(f => f.Step)], [.. gaps.OrderBy(g => g.Step)]);
    }

    private static async Task<StepOutcome> AskAsync(
        RestoreStep step,
        StepApplier steps,
        ApplyContext context,
        CancellationToken cancellation
    )
    {
        await context.Gate.EnterAsync(cancellation);
        try
        {
            return await steps.ApplyAsync(step, new(step.Stage, [step.Number]), cancellation);
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
        if (context.Types.Find(step.Resource, step.ApiVersion) is null)
            return "its type comes with this restore";
        if (context.Index.NamespaceOf(step.Namespace) is { Action: StepAction.Create })
            return "its namespace comes with this restore";
        if (step.Action == StepAction.Recreate)
            return "the live object would have to be deleted first";
        return step is { Action: StepAction.Create, LiveUid: not null } ? "the live object is still being deleted" : null;
    }
}
