using System.Globalization;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.Planning;

/// <summary>What can be decided only once all steps are known.</summary>
internal static class PlanChecks
{
    private const int Listed = 20;

    public static async Task RunAsync(PlanningRun run, CancellationToken cancellation)
    {
        RefuseUnmatchedNames(run);
        if (!run.Transforms.Faults.IsEmpty)
            throw new RestoreException(RestoreRefusal.BadRequest, run.Transforms.Faults);
        await MappedClasses.CheckAsync(run, cancellation);
        RefuseExisting(run);
        await run.Clone.AddPoliciesAsync(cancellation);
        SkipHomeless(run);
        await WarnOfMissingOwnersAsync(run, cancellation);
        await LeftOutBindings.WarnAsync(run, cancellation);
        await run.References.WarnAsync(cancellation);
        WarnOfGaps(run);
        foreach (
            var warning in run
                .Mappings.WithoutEffect.Concat(run.Transforms.WithoutEffect)
                .Concat(run.ManagedBy.Warnings())
                .Concat(run.UnreadSchemas.Warnings())
        )
            run.Warnings.Add(warning);
    }

    private static void RefuseUnmatchedNames(PlanningRun run)
    {
        var wrong = run.Filter.Unmatched().ToList();
        if (wrong.Count > 0)
            throw new RestoreException(RestoreRefusal.BadRequest, [.. wrong]);
    }

    private static void RefuseExisting(PlanningRun run)
    {
        if (run.Request.Existing != ExistingPolicy.Fail)
            return;
        var existing = run.Draft.Steps.Where(s => s.Exists && !s.Step.Related).Select(s => s.Step).ToList();
        if (existing.Count == 0)
            return;
        var names = existing.Take(Listed).Select(s => new ObjectKey(s.Resource, s.Namespace, s.Name).ToString());
        var more = existing.Count > Listed ? $", and {(existing.Count - Listed).ToString(CultureInfo.InvariantCulture)} more" : "";
        throw new RestoreException(
            RestoreRefusal.Exists,
            $"{existing.Count.ToString(CultureInfo.InvariantCulture)} objects exist in the target, and the restore shall fail then; "
                + "nothing was written. "
                + $"Choose skip, update or replace, or another target: {string.Join(", ", names)}{more}"
        );
    }

    /// <summary>Objects whose namespace neither exists nor comes.</summary>
    private static void SkipHomeless(PlanningRun run)
    {
        foreach (var step in run.Draft.Steps)
        {
            if (step.Step.Namespace is not { } ns || step.Step.Action != StepAction.Create || run.Namespaces.Has(ns))
                continue;
            if (run.Draft.Find(new("", "Namespace", null, ns)) is { Step.Action: StepAction.Create })
                continue;
            step.Step = step.Step with
            {
                Action = StepAction.Skip,
                Reason =
                    $"its namespace {ns} is neither in the target nor in this restore: create it, or let the restore bring "
                    + "cluster-scoped objects",
                LiveUid = null,
                LiveRevision = null,
                Incomplete = true,
            };
        }
    }

    private static async Task WarnOfMissingOwnersAsync(PlanningRun run, CancellationToken cancellation)
    {
        foreach (
            var owned in run
                .Draft.Steps.Where(s => s.Writes)
                .SelectMany(s => s.Owners.Select(o => (Owner: o, s.Step)))
                .GroupBy(o => o.Owner)
                .ToList()
        )
        {
            if (await run.OwnerComesBackAsync(owned.Key, cancellation))
                continue;
            foreach (var (owner, step) in owned)
            {
                run.Warnings.Add(
                    step.Resource,
                    step.Namespace,
                    step.Name,
                    $"its owner {owner.Kind} {owner.Name} is neither in the target nor in this restore: it comes back without that owner"
                );
            }
        }
    }

    private static void WarnOfGaps(PlanningRun run)
    {
        var types = run.Point.Inventory.Types.ToLookup(t => t.Type.GroupResource, t => t.Type, StringComparer.Ordinal);
        foreach (var gap in run.Point.Inventory.Gaps)
        {
            // What could not be discovered has no types: it may have held what is selected, unless kinds or names say otherwise.
            var concerns = types.Contains(gap.Resource)
                ? types[gap.Resource].Any(run.Filter.SelectsType)
                : gap.Resource.Contains('/') && !run.Filter.HasKinds;
            if (concerns && run.Filter.SelectsNamespace(gap.Namespace))
                run.Warnings.Add(
                    $"the point has a gap: {gap.Resource}{(gap.Namespace is null ? "" : " in " + gap.Namespace)}: {gap.Reason}"
                );
        }
    }
}
