using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Selection;

/// <summary>What an object can't do without in another cluster, as far as it names it itself.</summary>
internal static class RelatedReferences
{
    private const string Crds = "customresourcedefinitions.apiextensions.k8s.io";

    /// <summary>The cluster-scoped objects that this one needs; some may not exist, or need nothing done.</summary>
    public static IEnumerable<ObjectKey> Of(JsonObject manifest, ResourceType type)
    {
        if (manifest.Object("metadata").Text("namespace") is { } ns)
            yield return new("namespaces", null, ns);
        if (!BuiltInGroups.Have(type.Group))
            yield return new(Crds, null, type.GroupResource);
        var spec = manifest.Object("spec");
        foreach (var (resource, name) in ByKind(type.GroupResource, manifest, spec))
            if (!string.IsNullOrEmpty(name))
                yield return new(resource, null, name);
    }

    private static IEnumerable<(string Resource, string? Name)> ByKind(string type, JsonObject manifest, JsonObject? spec) =>
        type switch
        {
            "persistentvolumeclaims" => [.. Storage(spec), ("persistentvolumes", spec.Text("volumeName"))],
            "persistentvolumes" => Storage(spec),
            "pods" => Pod(spec),
            "podtemplates" => Pod(manifest.Object("template").Object("spec")),
            "deployments.apps" or "daemonsets.apps" or "replicasets.apps" or "replicationcontrollers" or "jobs.batch" => Pod(
                spec.Object("template").Object("spec")
            ),
            "statefulsets.apps" => Pod(spec.Object("template").Object("spec"))
                .Concat(spec.Objects("volumeClaimTemplates").SelectMany(c => Storage(c.Object("spec")))),
            "cronjobs.batch" => Pod(spec.Object("jobTemplate").Object("spec").Object("template").Object("spec")),
            "ingresses.networking.k8s.io" or "ingresses.extensions" =>
            [
                ("ingressclasses.networking.k8s.io", spec.Text("ingressClassName")),
            ],
            "rolebindings.rbac.authorization.k8s.io"
            or "clusterrolebindings.rbac.authorization.k8s.io" when manifest.Object("roleRef").Text("kind") == "ClusterRole" =>
            [
                ("clusterroles.rbac.authorization.k8s.io", manifest.Object("roleRef").Text("name")),
            ],
            "volumesnapshots.snapshot.storage.k8s.io" =>
            [
                .. SnapshotClass(spec),
                ("volumesnapshotcontents.snapshot.storage.k8s.io", SnapshotContent(manifest)),
            ],
            "volumesnapshotcontents.snapshot.storage.k8s.io" => SnapshotClass(spec),
            _ => [],
        };

    private static IEnumerable<(string, string?)> Storage(JsonObject? spec) =>
        [
            ("storageclasses.storage.k8s.io", spec.Text("storageClassName")),
            ("volumeattributesclasses.storage.k8s.io", spec.Text("volumeAttributesClassName")),
        ];

    private static IEnumerable<(string, string?)> Pod(JsonObject? spec) =>
        [
            ("priorityclasses.scheduling.k8s.io", spec.Text("priorityClassName")),
            ("runtimeclasses.node.k8s.io", spec.Text("runtimeClassName")),
        ];

    private static IEnumerable<(string, string?)> SnapshotClass(JsonObject? spec) =>
        [("volumesnapshotclasses.snapshot.storage.k8s.io", spec.Text("volumeSnapshotClassName"))];

    private static string? SnapshotContent(JsonObject snapshot) =>
        snapshot.Object("status").Text("boundVolumeSnapshotContentName")
        ?? snapshot.Object("spec").Object("source").Text("volumeSnapshotContentName");
}
