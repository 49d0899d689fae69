using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.External;

namespace Holdfast.Restore.Deleting;

/// <summary>
/// Objects with which more goes than themselves: data, other objects, what a finalizer's controller does. They are deleted only when the
/// request names them. Pure.
/// </summary>
internal static class ProtectedObjects
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        [KnownTypes.PersistentVolumeClaims] = "the data of its volume may go with it",
        [KnownTypes.PersistentVolumes] = "its data may go with it",
        [KnownTypes.VolumeSnapshots] = "the storage snapshot may go with it",
        [KnownTypes.VolumeSnapshotContents] = "the storage snapshot may go with it",
        ["volumegroupsnapshots.groupsnapshot.storage.k8s.io"] = "the storage snapshots may go with it",
        ["volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io"] = "the storage snapshots may go with it",
        [KnownTypes.CustomResourceDefinitions] = "all objects of its type go with it",
        [KnownTypes.Namespaces] = "everything in it goes with it",
    };

    /// <summary>Why the object is deleted only when it is named; null: it needn't be named.</summary>
    public static string? Reason(ResourceType type, JsonObject live) => OfData(type, live) ?? OfFinalizers(live);

    /// <summary>The same without regard to finalizers: what must not go along with its owner either.</summary>
    public static string? OfData(ResourceType type, JsonObject live) =>
        Kinds.GetValueOrDefault(type.GroupResource)
        ?? (ExternalKind.Of(type.Group, live) is { } kind && kind.Id(live) is { } id ? $"{kind.Name} may delete {id} with it" : null);

    private static string? OfFinalizers(JsonObject live)
    {
        var finalizers = live.Object("metadata").Array("finalizers")?.Select(f => f?.ToString()).OfType<string>().ToList() ?? [];
        return finalizers.Count == 0
            ? null
            : $"it has the finalizer{(finalizers.Count == 1 ? "" : "s")} {string.Join(", ", finalizers)}, whose controller may delete more";
    }
}
