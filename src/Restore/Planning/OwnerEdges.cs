using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.External;

namespace Holdfast.Restore.Planning;

/// <summary>Who owns what in the target, as far as data may go with an owner: the garbage collector deletes what an owner leaves.</summary>
internal sealed class OwnerEdges
{
    private readonly Dictionary<string, List<AddedObject>> owned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<AddedObject>> withData = new(StringComparer.Ordinal);

    /// <summary>Whether it is worth being parsed.</summary>
    public static bool MayBe(ResourceType type, ReadOnlySpan<byte> json) =>
        json.IndexOf("\"ownerReferences\""u8) >= 0
        || type.GroupResource is KnownTypes.PersistentVolumeClaims or KnownTypes.VolumeSnapshots
        || (!BuiltInGroups.Have(type.Group) && type.Namespaced);

    public void Add(AddedObject live)
    {
        foreach (var owner in live.Metadata.Objects("ownerReferences"))
            if (owner.Text("uid") is { } uid)
                Of(owned, uid).Add(Brief(live));
        if (live.Namespace is { } ns && ProtectedObjects.OfData(live.Type, live.Manifest) is not null)
            Of(withData, ns).Add(Brief(live));
    }

    /// <summary>What of data would go with the object without being deleted by the plan; null: nothing.</summary>
    public string? ProtectedOf(string uid, HashSet<string> going) => ProtectedOf(uid, going, []);

    /// <summary>The same of a namespace.</summary>
    public string? ProtectedIn(string ns, HashSet<string> going) =>
        withData.GetValueOrDefault(ns)?.Find(o => !going.Contains(o.Uid)) is { } first ? TextOf(first) : null;

    private string? ProtectedOf(string uid, HashSet<string> going, HashSet<string> seen)
    {
        if (!seen.Add(uid) || !owned.TryGetValue(uid, out var dependents))
            return null;
        foreach (var dependent in dependents)
        {
            if (!going.Contains(dependent.Uid) && ProtectedObjects.OfData(dependent.Type, dependent.Manifest) is not null)
                return TextOf(dependent);
            if (ProtectedOf(dependent.Uid, going, seen) is { } below)
                return below;
        }
        return null;
    }

    private static string TextOf(AddedObject live) => $"{new ObjectKey(live.Type.GroupResource, live.Namespace, live.Name)}";

    /// <summary>Of most, only who they are is kept.</summary>
    private static AddedObject Brief(AddedObject live) =>
        ExternalKind.Of(live.Type.Group, live.Manifest) is null ? live with { Manifest = [] } : live;

    private static List<AddedObject> Of(Dictionary<string, List<AddedObject>> map, string key)
    {
        if (!map.TryGetValue(key, out var list))
            map[key] = list = [];
        return list;
    }
}
