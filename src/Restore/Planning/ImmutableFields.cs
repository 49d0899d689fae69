using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Fields that the API server never changes on a live object: a plan refuses them by name instead of failing on them later. What is not
/// listed, the server will tell.
/// </summary>
internal static class ImmutableFields
{
    /// <summary>Exactly these, and what is below them.</summary>
    private static readonly Dictionary<string, string[]> Fixed = new(StringComparer.Ordinal)
    {
        ["deployments.apps"] = ["/spec/selector"],
        ["daemonsets.apps"] = ["/spec/selector"],
        ["replicasets.apps"] = ["/spec/selector"],
        ["controllerrevisions.apps"] = ["/data"],
        ["storageclasses.storage.k8s.io"] = ["/parameters", "/provisioner", "/reclaimPolicy", "/volumeBindingMode"],
        ["volumeattributesclasses.storage.k8s.io"] = ["/driverName", "/parameters"],
        ["csidrivers.storage.k8s.io"] =
        [
            "/spec/attachRequired",
            "/spec/fsGroupPolicy",
            "/spec/podInfoOnMount",
            "/spec/volumeLifecycleModes",
        ],
        ["rolebindings.rbac.authorization.k8s.io"] = ["/roleRef"],
        ["clusterrolebindings.rbac.authorization.k8s.io"] = ["/roleRef"],
        ["services"] = ["/spec/clusterIP"],
        ["secrets"] = ["/type"],
        ["customresourcedefinitions.apiextensions.k8s.io"] = ["/spec/group", "/spec/scope", "/spec/names/plural"],
        ["ingressclasses.networking.k8s.io"] = ["/spec/controller"],
        ["priorityclasses.scheduling.k8s.io"] = ["/value", "/preemptionPolicy"],
        ["runtimeclasses.node.k8s.io"] = ["/handler"],
        ["endpointslices.discovery.k8s.io"] = ["/addressType"],
        ["volumesnapshots.snapshot.storage.k8s.io"] = ["/spec/source"],
        ["volumesnapshotcontents.snapshot.storage.k8s.io"] = ["/spec/source", "/spec/driver"],
    };

    /// <summary>Everything below <c>/spec</c> but these.</summary>
    private static readonly Dictionary<string, string[]> FixedSpecs = new(StringComparer.Ordinal)
    {
        ["persistentvolumeclaims"] = ["/spec/resources", "/spec/volumeAttributesClassName"],
        ["persistentvolumes"] =
        [
            "/spec/accessModes",
            "/spec/capacity",
            "/spec/claimRef",
            "/spec/mountOptions",
            "/spec/persistentVolumeReclaimPolicy",
            "/spec/storageClassName",
            "/spec/volumeAttributesClassName",
        ],
        ["statefulsets.apps"] =
        [
            "/spec/replicas",
            "/spec/template",
            "/spec/updateStrategy",
            "/spec/persistentVolumeClaimRetentionPolicy",
            "/spec/minReadySeconds",
            "/spec/ordinals",
            "/spec/revisionHistoryLimit",
        ],
        ["jobs.batch"] =
        [
            "/spec/parallelism",
            "/spec/suspend",
            "/spec/activeDeadlineSeconds",
            "/spec/backoffLimit",
            "/spec/ttlSecondsAfterFinished",
        ],
        ["pods"] = ["/spec/activeDeadlineSeconds", "/spec/terminationGracePeriodSeconds", "/spec/tolerations", "/spec/schedulingGates"],
    };

    /// <summary>The first field that would have to change and can't; null when the write may succeed.</summary>
    public static string? Blocking(string groupResource, JsonObject live, ImmutableArray<FieldDiff> diffs)
    {
        // A Service without an address may get one, and one with an address may give it up: pkg/apis/core/validation,
        // validateUpgradeDowngradeClusterIPs.
        var givesAddressUp = diffs.Any(d => d.Path == "/spec/type" && (IsExternal(d.Live) || IsExternal(d.Desired)));
        foreach (var diff in diffs)
            if (!diff.Stays && IsFixed(groupResource, live, diff.Path, givesAddressUp))
                return diff.Name;
        return null;
    }

    private static bool IsExternal(string? type) => type == "\"ExternalName\"";

    private static bool IsFixed(string groupResource, JsonObject live, string path, bool givesAddressUp)
    {
        if (
            groupResource is "secrets" or "configmaps"
            && live.Flag("immutable")
            && (Below(path, "/data") || Below(path, "/binaryData") || Below(path, "/immutable"))
        )
            return true;
        if (groupResource == "services" && givesAddressUp)
            return false;
        if (Fixed.TryGetValue(groupResource, out var names) && names.Any(n => Below(path, n)))
            return true;
        if (!FixedSpecs.TryGetValue(groupResource, out var free) || !Below(path, "/spec"))
            return false;
        return !free.Any(f => Below(path, f)) && !(groupResource == "pods" && path.EndsWith("/image", StringComparison.Ordinal));
    }

    private static bool Below(string path, string field) =>
        path.StartsWith(field, StringComparison.Ordinal) && (path.Length == field.Length || path[field.Length] == '/');
}
