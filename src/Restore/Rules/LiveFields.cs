using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;

namespace Holdfast.Restore.Rules;

/// <summary>
/// The counterpart of the rules that remove: what the target's server or controllers gave a live object stays with it when a manifest of
/// the point is compared with it or put in its place.
/// </summary>
public static class LiveFields
{
    private static readonly string[] TokenData = ["token", "ca.crt", "namespace"];

    /// <summary>
    /// Copies into <paramref name="desired"/> what only the live object knows, and what it may not lose. <paramref name="live"/> is only
    /// read.
    /// </summary>
    /// <param name="desired">A prepared body, with the same name as the live object.</param>
    /// <param name="groupResource">The type of both.</param>
    public static void CarryOver(JsonObject desired, JsonObject live, string groupResource)
    {
        Annotations(desired, live, key => IsControllers(groupResource, key));
        switch (groupResource)
        {
            case KnownTypes.Services:
                ServiceLiveFields.CarryOver(desired, live);
                break;
            case KnownTypes.ServiceAccounts:
                Merge(desired, live, "secrets");
                Merge(desired, live, "imagePullSecrets");
                break;
            case KnownTypes.Namespaces:
                CopyMissing(desired, "spec", live, "finalizers");
                CarryOverName(desired, live);
                break;
            case KnownTypes.Secrets when AccountRules.IsToken(live):
                CopyMissing(desired, "data", live, TokenData);
                break;
            case KnownTypes.Pods:
                PodLiveFields.CarryOver(desired, live);
                break;
            case KnownTypes.Jobs when !live.Object("spec").Flag("manualSelector"):
                PodLiveFields.CarryOverJob(desired, live);
                break;
            case KnownTypes.PersistentVolumeClaims:
                CopyMissing(desired, "spec", live, "volumeName");
                CarryOverSource(desired.Object("spec"), live.Object("spec"));
                break;
            case KnownTypes.PersistentVolumes:
                CarryOverClaim(desired, live);
                break;
            case KnownTypes.VolumeSnapshots:
                Copy(desired.Object("spec"), live.Object("spec"), "source");
                break;
            case KnownTypes.VolumeSnapshotContents:
                Copy(desired.Object("spec"), live.Object("spec"), "source", "deletionPolicy", "volumeSnapshotRef");
                break;
            case KnownTypes.ClusterRoles when desired.ContainsKey("aggregationRule"):
                // A controller gathers them from the roles that are there.
                Copy(desired, live, "rules");
                break;
            case KnownTypes.CustomResourceDefinitions:
                CarryOverSchemas(desired.Object("spec"), live);
                break;
        }
    }

    /// <summary>The same below a part that the point may leave out, and that is then made only for what is copied.</summary>
    private static void CopyMissing(JsonObject desired, string part, JsonObject live, params string[] names)
    {
        if (live.Object(part) is { } given && names.Any(given.ContainsKey))
            CopyMissing(desired.Ensure(part), given, names);
    }

    internal static void CopyMissing(JsonObject? to, JsonObject? from, params string[] names)
    {
        if (to is null || from is null)
            return;
        foreach (var name in names)
            if (!to.ContainsKey(name) && from.TryGetPropertyValue(name, out var value))
                to[name] = value?.DeepClone();
    }

    private static void Copy(JsonObject? to, JsonObject? from, params string[] names)
    {
        foreach (var name in names)
        {
            to?.Remove(name);
            CopyMissing(to, from, name);
        }
    }

    private static void Annotations(JsonObject desired, JsonObject live, Predicate<string> match)
    {
        var present = live.Object("metadata").Object("annotations");
        if (desired.Object("metadata").Object("annotations") is { Count: > 0 } annotations)
        {
            foreach (var key in annotations.Select(a => a.Key).Where(k => match(k) && present?.ContainsKey(k) != true).ToList())
                annotations.Remove(key);
            // Where controllers set them all, the live object may have no annotations at all yet.
            if (annotations.Count == 0)
                desired.Ensure("metadata").Remove("annotations");
        }
        foreach (var (key, value) in present ?? [])
            if (match(key))
                desired.Ensure("metadata").Ensure("annotations")[key] = value?.DeepClone();
    }

    private static bool IsControllers(string groupResource, string annotation) =>
        groupResource switch
        {
            KnownTypes.PersistentVolumeClaims => VolumeRules.IsBindAnnotation(annotation),
            KnownTypes.PersistentVolumes => annotation == "pv.kubernetes.io/bound-by-controller",
            KnownTypes.Pods => PodRules.DescribesNetwork(annotation),
            KnownTypes.Deployments or KnownTypes.ReplicaSets => annotation.StartsWith(
                "deployment.kubernetes.io/",
                StringComparison.Ordinal
            ),
            KnownTypes.DaemonSets => annotation == "deprecated.daemonset.template.generation",
            KnownTypes.Secrets => annotation == "kubernetes.io/service-account.uid",
            // autoscaling/v1 has its status here.
            KnownTypes.HorizontalPodAutoscalers => annotation
                is "autoscaling.alpha.kubernetes.io/conditions"
                    or "autoscaling.alpha.kubernetes.io/current-metrics",
            KnownTypes.Endpoints or KnownTypes.EndpointSlices => annotation == "endpoints.kubernetes.io/last-change-trigger-time",
            _ => false,
        };

    /// <summary>References of both by name, the live ones first and unchanged.</summary>
    private static void Merge(JsonObject desired, JsonObject live, string list)
    {
        if (live.Array(list) is not { Count: > 0 } present)
            return;
        var merged = (JsonArray)present.DeepClone();
        var names = live.Objects(list).Select(r => r.Text("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var reference in desired.Objects(list))
            if (names.Add(reference.Text("name")))
                merged.Add(reference.DeepClone());
        desired[list] = merged;
    }

    /// <summary>
    /// Servers from 1.21 on label every namespace with its name; a point of an older one doesn't know that, and could never be made equal.
    /// </summary>
    private static void CarryOverName(JsonObject desired, JsonObject live)
    {
        const string Label = "kubernetes.io/metadata.name";
        if (live.Object("metadata").Object("labels")?.ContainsKey(Label) == true)
            CopyMissing(desired.Ensure("metadata").Ensure("labels"), live.Object("metadata").Object("labels"), Label);
    }

    /// <summary>
    /// A released volume keeps nothing of the claim that is gone: without the dead uid it binds to the claim that comes back.
    /// </summary>
    private static void CarryOverClaim(JsonObject desired, JsonObject live)
    {
        var claim = desired.Object("spec").Object("claimRef");
        var bound = live.Object("spec").Object("claimRef");
        if (
            claim is null
            || IsReleased(live)
            || claim.Text("name") != bound.Text("name")
            || claim.Text("namespace") != bound.Text("namespace")
        )
            return;
        CopyMissing(claim, bound, "uid", "resourceVersion");
    }

    /// <summary>A claim that a restore provisioned from a snapshot says so, and may be larger than it was.</summary>
    private static void CarryOverSource(JsonObject? desired, JsonObject? live)
    {
        if (desired is null || !SnapshotObjects.IsOfARestore(live))
            return;
        Copy(desired, live, "dataSource", "dataSourceRef");
        if (Quantity.Compare(SizeOf(desired), SizeOf(live)) < 0)
            Copy(desired, live, "resources");
    }

    private static string? SizeOf(JsonObject? spec) => spec.Object("resources").Object("requests").Text("storage");

    internal static bool IsReleased(JsonObject volume) => volume.Object("status").Text("phase") == "Released";

    /// <summary>
    /// A live definition that isn't structural stays as it is: the point's could only be written with a schema that checks nothing.
    /// </summary>
    private static void CarryOverSchemas(JsonObject? desired, JsonObject live)
    {
        if (desired is null || live.Object("spec") is not { } given)
            return;
        // The server leaves a false out.
        if (!given.ContainsKey("preserveUnknownFields") && !desired.Flag("preserveUnknownFields"))
            desired.Remove("preserveUnknownFields");
        if (!ClusterRules.IsNonStructural(live.Object("status")))
            return;
        Copy(desired, given, "preserveUnknownFields");
        foreach (var version in desired.Objects("versions"))
            Copy(version, given.Objects("versions").FirstOrDefault(v => v.Text("name") == version.Text("name")), "schema");
    }
}
