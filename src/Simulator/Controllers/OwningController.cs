using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Controllers;

/// <summary>Keeps objects of one type (parents) in sync with the objects that it creates for them (children).</summary>
internal abstract class OwningController(ClusterObjects objects, OwnerIndex owners, ServedType parentType, ServedType childType)
    : Controller(objects)
{
    private readonly Dictionary<string, string> keyOfParent = [];
    private readonly HashSet<string> dirty = [];

    protected ServedType ChildType { get; } = childType;

    public override void Observe(StoredVersion change)
    {
        if (change.Table == parentType.Table)
        {
            keyOfParent[change.Uid] = change.Key;
            dirty.Add(change.Uid);
            if (change.IsDeletion)
                keyOfParent.Remove(change.Uid);
        }
        else if (change.Table == ChildType.Table)
        {
            dirty.UnionWith(change.Owners);
        }
    }

    public override void Act()
    {
        foreach (var uid in dirty)
        {
            if (
                keyOfParent.TryGetValue(uid, out var key)
                && Objects.Store.Find(parentType.Table, key) is { IsTerminating: false } parent
                && parent.Uid == uid
            )
                Sync(
                    parent,
                    StoredContent.Decode(parent),
                    [.. owners.DependentsOf(uid).Where(child => child.Table == ChildType.Table && !child.IsTerminating)]
                );
        }
        dirty.Clear();
    }

    protected abstract void Sync(StoredVersion parent, JsonObject content, StoredVersion[] children);

    protected StoredVersion? CreateChild(StoredVersion parent, JsonObject child)
    {
        var reference = new JsonObject
        {
            ["apiVersion"] = parentType.ApiVersion,
            ["kind"] = parentType.Kind,
            ["name"] = parent.Name,
            ["uid"] = parent.Uid,
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        };
        child["metadata"]!["ownerReferences"] = new JsonArray(reference);
        StoredVersion? created = null;
        Try(() => created = Objects.Writer.Create(ChildType, parent.Namespace, child, new WriteContext(Manager)));
        return created;
    }

    protected void ReportStatus(StoredVersion parent, Action<JsonObject> set) =>
        Change(
            new ObjectPath(parentType, parent.Namespace, parent.Name),
            content =>
            {
                if (content["status"] is not JsonObject status)
                    content["status"] = status = [];
                status["observedGeneration"] = (long?)content["metadata"]!["generation"];
                set(status);
            },
            "status"
        );

    protected static int Replicas(JsonObject content) => (int?)content["spec"]?["replicas"] ?? 1;
}
