using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Selection;

/// <summary>What an object can't do without in another cluster, as far as it names it itself.</summary>
internal static class RelatedReferences
{
    /// <summary>The cluster-scoped objects that this one needs; some may not exist, or need nothing done.</summary>
    public static IEnumerable<ObjectKey> Of(JsonObject manifest, ResourceType type)
    {
        if (manifest.Object("metadata").Text("namespace") is { } ns)
            yield return new(KnownTypes.Namespaces, null, ns);
        if (!BuiltInGroups.Have(type.Group))
            yield return new(KnownTypes.CustomResourceDefinitions, null, type.GroupResource);
        var spec = manifest.Object("spec");
        foreach (var (resource, name) in ByKind(type.GroupResource, manifest, spec))
            if (!string.IsNullOrEmpty(name))
                yield return new(resource, null, name);
    }

    private static IEnumerable<(string Resource, string? Name)> ByKind(string type, JsonObject manifest, JsonObject? spec) =>
        type switch
        {
            KnownTypes.PersistentVolumeClaims => [.. Storage(spec), (KnownTypes.PersistentVolumes, spec.Text("volumeName"))],
            KnownTypes.PersistentVolumes => Storage(spec),
            KnownTypes.Pods => Pod(spec),
            KnownTypes.PodTemplates => Pod(manifest.Object("template").Object("spec")),
            KnownTypes.Deployments
            or KnownTypes.DaemonSets
            or KnownTypes.ReplicaSets
            or KnownTypes.ReplicationControllers
            or KnownTypes.Jobs => Pod(spec.Object("template").Object("spec")),
            KnownTypes.StatefulSets => Pod(spec.Object("template").Object("spec"))
                .Concat(spec.Objects("volumeClaimTemplates").SelectMany(c => Storage(c.Object("spec")))),
            KnownTypes.CronJobs => Pod(spec.Object("jobTemplate").Object("spec").Object("template").Object("spec")),
            KnownTypes.Ingresses or KnownTypes.IngressesOfExtensions => [(KnownTypes.IngressClasses, spec.Text("ingressClassName"))],
            KnownTypes.RoleBindings or KnownTypes.ClusterRoleBindings when manifest.Object("roleRef").Text("kind") == "ClusterRole" =>
            [
                (KnownTypes.ClusterRoles, manifest.Object("roleRef").Text("name")),
            ],
            KnownTypes.VolumeSnapshots => [.. SnapshotClass(spec), (KnownTypes.VolumeSnapshotContents, SnapshotContent(manifest))],
            KnownTypes.VolumeSnapshotContents => SnapshotClass(spec),
            _ => [],
        };

    private static IEnumerable<(string, string?)> Storage(JsonObject? spec) =>
        [
            (KnownTypes.StorageClasses, spec.Text("storageClassName")),
            (KnownTypes.VolumeAttributesClasses, spec.Text("volumeAttributesClassName")),
        ];

    private static IEnumerable<(string, string?)> Pod(JsonObject? spec) =>
        [(KnownTypes.PriorityClasses, spec.Text("priorityClassName")), (KnownTypes.RuntimeClasses, spec.Text("runtimeClassName"))];

    private static IEnumerable<(string, string?)> SnapshotClass(JsonObject? spec) =>
        [(KnownTypes.VolumeSnapshotClasses, spec.Text("volumeSnapshotClassName"))];

    private static string? SnapshotContent(JsonObject snapshot) =>
        snapshot.Object("status").Text("boundVolumeSnapshotContentName")
        ?? snapshot.Object("spec").Object("source").Text("volumeSnapshotContentName");
}
