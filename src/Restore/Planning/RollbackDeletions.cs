using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Plans what a rollback deletes: live objects of types that the point holds whole, inside its selection and the request's, that it doesn't
/// hold. What is protected stays unless it is named.
/// </summary>
internal sealed class RollbackDeletions
{
    private readonly PlanningRun run;
    private readonly AddedObjects added;
    private readonly OwnerEdges owners = new();
    private readonly List<AddedObject> deletions = [];

    private RollbackDeletions(PlanningRun run, LiveScope scope)
    {
        this.run = run;
        added = new(run, scope);
    }

    public static async Task PlanAsync(PlanningRun run, CancellationToken cancellation)
    {
        if (run.Request.Existing != ExistingPolicy.Rollback)
            return;
        var planning = new RollbackDeletions(run, new(run));
        foreach (var entry in run.Point.Inventory.Types.Where(t => t.State == TypeState.Captured && run.Filter.SelectsType(t.Type)))
            await planning.PlanTypeAsync(entry, cancellation);
        planning.Settle();
        await HangingDeletions.WarnAsync(run, cancellation);
    }

    private async Task PlanTypeAsync(TypeEntry entry, CancellationToken cancellation)
    {
        var type = entry.Type;
        if (run.Types.OfType(type) is not { } served)
        {
            if (run.Target.Surface.Find(type.Group, type.Resource) is { } other)
                run.Warnings.Add(
                    $"nothing of {type.GroupResource} is deleted: the point holds it as {type.ApiVersion}, "
                        + $"the target serves {other.ApiVersion}"
                );
            return;
        }
        if (run.Point.Inventory.Gaps.FirstOrDefault(g => g.Resource == type.GroupResource && g.Namespace is null) is { } gap)
        {
            run.Warnings.Add($"nothing of {type.GroupResource} is deleted, since the point may miss some: {gap.Reason}");
            return;
        }
        try
        {
            foreach (var live in await added.ListAsync(entry, served, owners, cancellation))
                await ConsiderAsync(live, entry, cancellation);
        }
        catch (ClusterException hidden)
            when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound or ClusterFailure.Broken)
        {
            run.Warnings.Add($"what the target has of {type.GroupResource} can't be listed, so nothing of it is deleted: {hidden.Message}");
        }
    }

    private async Task ConsiderAsync(AddedObject live, TypeEntry entry, CancellationToken cancellation)
    {
        if (!await added.IsDeletableAsync(live, entry, cancellation))
            return;
        var why = ProtectedObjects.Reason(live.Type, live.Manifest);
        if (why is null || DeletionNames.Has(run.Request, live.Type.GroupResource, live.Namespace, live.Name))
            deletions.Add(live);
        else
            Stay(live, $"it was created since the point, and stays: {why}. {Named(live)}");
    }

    private static string Named(AddedObject live) =>
        $"--delete {DeletionNames.Of(live.Type.GroupResource, live.Namespace, live.Name)} deletes it";

    /// <summary>What takes protected objects along isn't deleted either, unless those are named as well.</summary>
    private void Settle()
    {
        var going = deletions.Select(d => d.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var live in deletions)
        {
            if (Taken(live, going) is { } taken)
                Stay(
                    live,
                    $"it was created since the point, and stays: {taken} would go with it. Name that with --delete, or delete this by hand"
                );
            else
                Add(live, StepAction.Delete, "it was created since the point", incomplete: false);
        }
        foreach (var name in Unused())
            run.Warnings.Add($"'{name}' is named for deletion, and the plan deletes no such object");
    }

    private string? Taken(AddedObject live, HashSet<string> going)
    {
        if (live.Type.GroupResource == KnownTypes.Namespaces)
            return owners.ProtectedIn(live.Name, going) ?? added.ExcludedIn(live.Name);
        return owners.ProtectedOf(live.Uid, going);
    }

    private IEnumerable<string> Unused() =>
        (run.Request.Delete ?? []).Where(n =>
            !run.Draft.Steps.Any(s =>
                (s.Step.Action is StepAction.Delete or StepAction.Recreate)
                && DeletionNames.Of(s.Step.Resource, s.Step.Namespace, s.Step.Name) == n
            )
        );

    private void Stay(AddedObject live, string reason) => Add(live, StepAction.Skip, reason, incomplete: true);

    private void Add(AddedObject live, StepAction action, string reason, bool incomplete) =>
        run.Draft.Add(
            new(
                new()
                {
                    Number = 0,
                    Stage =
                        action == StepAction.Delete
                            ? RestoreStages.OfDeletion(live.Type.GroupResource)
                            : RestoreStages.Of(live.Type.GroupResource),
                    Action = action,
                    Resource = live.Type.GroupResource,
                    ApiVersion = live.Type.ApiVersion,
                    Kind = live.Type.Kind,
                    Namespace = live.Namespace,
                    Name = live.Name,
                    Reason = reason,
                    LiveUid = live.Uid,
                    LiveRevision = live.Revision,
                    Incomplete = incomplete,
                }
            )
        );
}
