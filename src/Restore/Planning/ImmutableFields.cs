using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Fields that the API server never changes on a live object: a plan refuses them by name instead of failing on them later. What is not
/// listed, the server will refuse.
/// </summary>
internal static class ImmutableFields
{
    /// <summary>Exactly these, and what is below them.</summary>
    private static readonly Dictionary<string, string[]> Fixed = new(StringComparer.Ordinal)
    {
        [KnownTypes.Deployments] = ["/spec/selector"],
        [KnownTypes.DaemonSets] = ["/spec/selector"],
        [KnownTypes.ReplicaSets] = ["/spec/selector"],
        [KnownTypes.ControllerRevisions] = ["/data"],
        [KnownTypes.StorageClasses] = ["/parameters", "/provisioner", "/reclaimPolicy", "/volumeBindingMode"],
        [KnownTypes.VolumeAttributesClasses] = ["/driverName", "/parameters"],
        [KnownTypes.CsiDrivers] = ["/spec/attachRequired", "/spec/fsGroupPolicy", "/spec/podInfoOnMount", "/spec/volumeLifecycleModes"],
        [KnownTypes.RoleBindings] = ["/roleRef"],
        [KnownTypes.ClusterRoleBindings] = ["/roleRef"],
        [KnownTypes.Services] = ["/spec/clusterIP"],
        [KnownTypes.Secrets] = ["/type"],
        [KnownTypes.CustomResourceDefinitions] = ["/spec/group", "/spec/scope", "/spec/names/plural"],
        [KnownTypes.IngressClasses] = ["/spec/controller"],
        [KnownTypes.PriorityClasses] = ["/value", "/preemptionPolicy"],
        [KnownTypes.RuntimeClasses] = ["/handler"],
        [KnownTypes.EndpointSlices] = ["/addressType"],
        [KnownTypes.VolumeSnapshots] = ["/spec/source"],
        [KnownTypes.VolumeSnapshotContents] = ["/spec/source", "/spec/driver"],
    };

    /// <summary>Everything below <c>/spec</c> but these.</summary>
    private static readonly Dictionary<string, string[]> FixedSpecs = new(StringComparer.Ordinal)
    {
        [KnownTypes.PersistentVolumeClaims] = ["/spec/resources", "/spec/volumeAttributesClassName"],
        [KnownTypes.PersistentVolumes] =
        [
            "/spec/accessModes",
            "/spec/capacity",
            "/spec/claimRef",
            "/spec/mountOptions",
            "/spec/persistentVolumeReclaimPolicy",
            "/spec/storageClassName",
            "/spec/volumeAttributesClassName",
        ],
        [KnownTypes.StatefulSets] =
        [
            "/spec/replicas",
            "/spec/template",
            "/spec/updateStrategy",
            "/spec/persistentVolumeClaimRetentionPolicy",
            "/spec/minReadySeconds",
            "/spec/ordinals",
            "/spec/revisionHistoryLimit",
        ],
        [KnownTypes.Jobs] =
        [
            "/spec/parallelism",
            "/spec/suspend",
            "/spec/activeDeadlineSeconds",
            "/spec/backoffLimit",
            "/spec/ttlSecondsAfterFinished",
        ],
        [KnownTypes.Pods] =
        [
            "/spec/activeDeadlineSeconds",
            "/spec/terminationGracePeriodSeconds",
            "/spec/tolerations",
            "/spec/schedulingGates",
        ],
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
            (groupResource is KnownTypes.Secrets or KnownTypes.ConfigMaps)
            && live.Flag("immutable")
            && (Below(path, "/data") || Below(path, "/binaryData") || Below(path, "/immutable"))
        )
            return true;
        if (groupResource == KnownTypes.Services && givesAddressUp)
            return false;
        if (Fixed.TryGetValue(groupResource, out var names) && names.Any(n => Below(path, n)))
            return true;
        if (!FixedSpecs.TryGetValue(groupResource, out var free) || !Below(path, "/spec"))
            return false;
        return !free.Any(f => Below(path, f)) && !(groupResource == KnownTypes.Pods && path.EndsWith("/image", StringComparison.Ordinal));
    }

    private static bool Below(string path, string field) =>
        path.StartsWith(field, StringComparison.Ordinal) && (path.Length == field.Length || path[field.Length] == '/');
}
