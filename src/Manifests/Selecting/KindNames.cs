using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests.Selecting;

/// <summary>
/// Finds the types that a person means by <c>deployment</c>, <c>deploy</c>, <c>deployments.apps</c>, <c>deployments.v1.apps</c> or
/// <c>Widget</c>.
/// </summary>
public static class KindNames
{
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        ["cm"] = KnownTypes.ConfigMaps,
        ["cj"] = KnownTypes.CronJobs,
        ["crd"] = KnownTypes.CustomResourceDefinitions,
        ["crds"] = KnownTypes.CustomResourceDefinitions,
        ["csr"] = KnownTypes.CertificateSigningRequests,
        ["deploy"] = KnownTypes.Deployments,
        ["ds"] = KnownTypes.DaemonSets,
        ["ep"] = KnownTypes.Endpoints,
        ["ev"] = KnownTypes.Events,
        ["hpa"] = KnownTypes.HorizontalPodAutoscalers,
        ["ing"] = KnownTypes.Ingresses,
        ["limits"] = KnownTypes.LimitRanges,
        ["netpol"] = KnownTypes.NetworkPolicies,
        ["no"] = KnownTypes.Nodes,
        ["ns"] = KnownTypes.Namespaces,
        ["pc"] = KnownTypes.PriorityClasses,
        ["pdb"] = KnownTypes.PodDisruptionBudgets,
        ["po"] = KnownTypes.Pods,
        ["psp"] = KnownTypes.PodSecurityPolicies,
        ["pv"] = KnownTypes.PersistentVolumes,
        ["pvc"] = KnownTypes.PersistentVolumeClaims,
        ["quota"] = KnownTypes.ResourceQuotas,
        ["rc"] = KnownTypes.ReplicationControllers,
        ["rs"] = KnownTypes.ReplicaSets,
        ["sa"] = KnownTypes.ServiceAccounts,
        ["sc"] = KnownTypes.StorageClasses,
        ["sts"] = KnownTypes.StatefulSets,
        ["svc"] = KnownTypes.Services,
        ["vs"] = KnownTypes.VolumeSnapshots,
        ["vsc"] = KnownTypes.VolumeSnapshotContents,
    };

    /// <summary>
    /// The types of a point that the text names; empty when there is none. A name without a group that several groups have means the
    /// core type, else the other built-in ones (<c>service</c> where Knative has
    /// one, too), else all of them.
    /// </summary>
    /// <param name="customShortNames">Short names that CRDs of the point give, to group-resources.</param>
    public static ImmutableArray<ResourceType> Find(
        string text,
        IEnumerable<ResourceType> types,
        IReadOnlyDictionary<string, string> customShortNames
    )
    {
        var name = text.Trim();
        var lower = name.ToLowerInvariant();
        var full = ShortNames.GetValueOrDefault(lower) ?? customShortNames.GetValueOrDefault(lower);
        var found = types.Where(t => t.GroupResource == full || Names(t, lower)).ToImmutableArray();
        return found.Length < 2 || lower.Contains('.') ? found : Nearest(found);
    }

    /// <summary>What a near match may be: plurals and kinds.</summary>
    public static IEnumerable<string> Spellings(IEnumerable<ResourceType> types) =>
        types.SelectMany(t => new[] { t.Resource, t.Kind.ToLowerInvariant() });

    private static ImmutableArray<ResourceType> Nearest(ImmutableArray<ResourceType> found)
    {
        ReadOnlySpan<Predicate<ResourceType>> ranks = [static t => t.Group.Length == 0, static t => BuiltInGroups.Have(t.Group)];
        foreach (var rank in ranks)
            if (found.Any(t => rank(t)))
                return [.. found.Where(t => rank(t))];
        return found;
    }

    private static bool Names(ResourceType type, string lower)
    {
        var dot = lower.IndexOf('.');
        var head = dot < 0 ? lower : lower[..dot];
        if (head != type.Resource && !type.Kind.Equals(head, StringComparison.OrdinalIgnoreCase))
            return false;
        return dot < 0
            || lower[(dot + 1)..] == type.Group
            || lower[(dot + 1)..] == $"{type.Version}.{type.Group}"
            || (type.Group.Length == 0 && lower[(dot + 1)..] == type.Version);
    }
}
