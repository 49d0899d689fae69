using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>
/// Deletes objects whose owners are all gone, drops references to deleted owners, and carries out foreground and orphaning deletions.
/// </summary>
internal sealed class GarbageCollector(ClusterObjects objects, OwnerIndex owners) : Controller(objects)
{
    private readonly HashSet<StoredVersion> suspects = [];
    private readonly Dictionary<string, StoredVersion> waitingOwners = [];

    public override void Observe(StoredVersion change)
    {
        if (change.IsDeletion)
        {
            waitingOwners.Remove(change.Uid);
            suspects.UnionWith(owners.DependentsOf(change.Uid));
        }
        else
        {
            if (change.Owners.Length > 0)
                suspects.Add(change);
            if (change.IsTerminating)
                waitingOwners[change.Uid] = change;
        }
    }

    public override void Act()
    {
        foreach (var suspect in suspects)
            Check(suspect);
        suspects.Clear();
        foreach (var owner in waitingOwners.Values.ToArray())
            Finish(owner);
    }

    private void Check(StoredVersion suspect)
    {
        if (suspect.IsTerminating || Objects.Types.Of(suspect.Table) is not { } type)
            return;
        var path = new ObjectPath(type, suspect.Namespace, suspect.Name);
        var dead = suspect.Owners.Where(owner => !owners.IsAlive(owner, suspect.Namespace)).ToArray();
        if (dead.Length == suspect.Owners.Length)
            Try(() => Objects.Deleter.Delete(path, new DeleteOptions(suspect.Uid, suspect.Revision.ToString(), "Background")));
        else if (dead.Length > 0)
            DropReferences(path, dead);
    }

    // A terminating owner that waits for its dependents, or for their release.
    private void Finish(StoredVersion owner)
    {
        if (Objects.Types.Of(owner.Table) is not { } type)
            return;
        var path = new ObjectPath(type, owner.Namespace, owner.Name);
        var finalizers = ObjectRules.Finalizers(StoredContent.Decode(owner)["metadata"]!.AsObject());
        if (finalizers.Contains(ObjectDeleter.OrphanFinalizer))
        {
            foreach (var dependent in owners.DependentsOf(owner.Uid))
                DropReferences(PathOf(dependent), [owner.Uid]);
            RemoveFinalizer(path, ObjectDeleter.OrphanFinalizer);
        }
        else if (finalizers.Contains(ObjectDeleter.ForegroundFinalizer))
        {
            var dependents = owners.DependentsOf(owner.Uid);
            foreach (var dependent in dependents.Where(d => !d.IsTerminating))
                Try(() => Objects.Deleter.Delete(PathOf(dependent), new DeleteOptions(dependent.Uid, Propagation: "Foreground")));
            if (!dependents.Any(dependent => Blocks(dependent, owner.Uid)))
                RemoveFinalizer(path, ObjectDeleter.ForegroundFinalizer);
        }
    }

    private ObjectPath PathOf(StoredVersion version) => new(Objects.Types.Of(version.Table)!, version.Namespace, version.Name);

    private static bool Blocks(StoredVersion dependent, string owner) =>
        References(StoredContent.Decode(dependent)).Any(r => (string?)r!["uid"] == owner && (bool?)r["blockOwnerDeletion"] == true);

    private static JsonArray References(JsonObject content) => content["metadata"]!["ownerReferences"] as JsonArray ?? [];

    private void DropReferences(ObjectPath path, string[] dead) =>
        Change(
            path,
            content =>
            {
                var references = References(content);
                for (var i = references.Count - 1; i >= 0; i--)
                {
                    if (dead.Contains((string?)references[i]!["uid"]))
                        references.RemoveAt(i);
                }
            }
        );
}
