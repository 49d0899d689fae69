using System.Collections.Frozen;
using Holdfast.Archive.Format;

namespace Holdfast.Cli.Manifests;

/// <summary>Kinds as kubectl takes them: <c>deployment</c>, <c>Deployment</c>, <c>deployments.apps</c>, <c>deployment.apps</c>, <c>deploy</c>.</summary>
internal static class KindName
{
    /// <summary>kubectl's short names of built-in types; a custom type's are not in a point.</summary>
    private static readonly FrozenDictionary<string, string> ShortNames = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["cm"] = "configmaps", ["crd"] = "customresourcedefinitions", ["crds"] = "customresourcedefinitions", ["cj"] = "cronjobs", ["deploy"] = "deployments", ["ds"] = "daemonsets",
        ["ep"] = "endpoints", ["hpa"] = "horizontalpodautoscalers", ["ing"] = "ingresses", ["limits"] = "limitranges", ["netpol"] = "networkpolicies", ["no"] = "nodes",
        ["ns"] = "namespaces", ["pc"] = "priorityclasses", ["pdb"] = "poddisruptionbudgets", ["po"] = "pods", ["pv"] = "persistentvolumes", ["pvc"] = "persistentvolumeclaims",
        ["quota"] = "resourcequotas", ["rc"] = "replicationcontrollers", ["rs"] = "replicasets", ["sa"] = "serviceaccounts", ["sc"] = "storageclasses", ["sts"] = "statefulsets",
        ["svc"] = "services",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Means(string text, ResourceType type)
    {
        var wanted = text.ToLowerInvariant();
        var kind = type.Kind.ToLowerInvariant();
        return wanted == type.Resource || wanted == kind || wanted == type.GroupResource
            || (type.Group.Length > 0 && wanted == $"{kind}.{type.Group}")
            || (ShortNames.TryGetValue(wanted, out var resource) && resource == type.Resource);
    }
}
