using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;
using Holdfast.Restore.Selection;

namespace Holdfast.Restore.Planning;

/// <summary>
/// The few objects of the point that rules of other objects ask for, or of them what is asked for: Services of endpoints, contents of
/// snapshots, CRDs, what workloads run. Read when first needed and, since templates are large, kept for one namespace of a type at a time:
/// objects are planned by type and namespace.
/// </summary>
internal sealed class PointFacts(PointManifests point)
{
    private readonly Dictionary<string, (string? Namespace, Dictionary<string, JsonObject> ByName)> loaded = new(StringComparer.Ordinal);
    private Dictionary<string, JsonObject>? crds;

    public JsonObject? Find(ObjectKey key) =>
        loaded.TryGetValue(key.GroupResource, out var facts) && facts.Namespace == key.Namespace
            ? facts.ByName.GetValueOrDefault(key.Name)
            : null;

    /// <summary>Reads what the rules may ask for about this type's objects in this namespace.</summary>
    public Task LoadForAsync(string groupResource, string? ns, CancellationToken cancellation) =>
        groupResource switch
        {
            KnownTypes.Endpoints or KnownTypes.EndpointSlices => LoadAsync(KnownTypes.Services, ns, KeepSelector, cancellation),
            KnownTypes.VolumeSnapshots => LoadAsync(KnownTypes.VolumeSnapshotContents, null, manifest => manifest, cancellation),
            KnownTypes.Pods => LoadPodOwnersAsync(ns, cancellation),
            KnownTypes.ControllerRevisions => LoadAsync(KnownTypes.StatefulSets, ns, KeepRevisions, cancellation),
            KnownTypes.ReplicaSets => LoadAsync(KnownTypes.Deployments, ns, KeepTemplate, cancellation),
            _ => Task.CompletedTask,
        };

    /// <summary>The point's CRD of a custom type.</summary>
    public async Task<JsonObject?> CrdAsync(ResourceType type, CancellationToken cancellation)
    {
        if (crds is null)
        {
            crds = new(StringComparer.Ordinal);
            await foreach (var (_, crd, _) in point.ReadParsedAsync(point.SegmentsOf(KnownTypes.CustomResourceDefinitions), cancellation))
            {
                if (crd.Object("metadata").Text("name") is { } name)
                    crds[name] = VersionsOnly(crd);
            }
        }
        return crds.GetValueOrDefault(type.GroupResource);
    }

    private async Task LoadPodOwnersAsync(string? ns, CancellationToken cancellation)
    {
        await LoadAsync(KnownTypes.StatefulSets, ns, KeepRevisions, cancellation);
        await LoadAsync(KnownTypes.DaemonSets, ns, KeepRevisions, cancellation);
    }

    private async Task LoadAsync(string groupResource, string? ns, Func<JsonObject, JsonObject> keep, CancellationToken cancellation)
    {
        if (loaded.TryGetValue(groupResource, out var present) && present.Namespace == ns)
            return;
        var byName = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var segments = point.SegmentsOf(groupResource).Where(i => point.Inventory.Segments[i].Namespace == ns);
        await foreach (var (_, found, _) in point.ReadParsedAsync(segments, cancellation))
        {
            if (found.Object("metadata").Text("name") is { } name)
                byName[name] = keep(found);
        }
        loaded[groupResource] = (ns, byName);
    }

    private static JsonObject KeepSelector(JsonObject service) =>
        service.Object("spec").Object("selector") is { } selector
            ? new() { ["spec"] = new JsonObject { ["selector"] = selector.DeepClone() } }
            : [];

    private static JsonObject KeepRevisions(JsonObject workload)
    {
        var status = workload.Object("status");
        return new()
        {
            ["metadata"] = KeepAnnotations(workload),
            ["status"] = new JsonObject
            {
                ["currentRevision"] = status.Text("currentRevision"),
                ["updateRevision"] = status.Text("updateRevision"),
            },
        };
    }

    private static JsonObject KeepTemplate(JsonObject deployment)
    {
        var spec = deployment.Object("spec");
        return new()
        {
            ["metadata"] = KeepAnnotations(deployment),
            ["spec"] = new JsonObject { ["paused"] = spec.Flag("paused"), ["template"] = spec.Object("template")?.DeepClone() },
        };
    }

    private static JsonObject KeepAnnotations(JsonObject manifest) =>
        new() { ["annotations"] = manifest.Object("metadata").Object("annotations")?.DeepClone() };

    /// <summary>As v1 has it. Schemas are most of a CRD, and no rule asks for them.</summary>
    public static JsonObject VersionsOnly(JsonObject crd)
    {
        ConversionTable.Between(crd.Text("apiVersion") ?? "", "apiextensions.k8s.io/v1", "CustomResourceDefinition")?.Convert(crd);
        foreach (var version in crd.Object("spec").Objects("versions"))
            version.Remove("schema");
        return new() { ["spec"] = crd.Object("spec")?.DeepClone() };
    }
}
