using System.Text.Json.Nodes;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>
/// How the lists and maps of built-in types merge under server-side apply, as their OpenAPI schemas say (<c>x-kubernetes-list-map-keys</c>,
/// <c>x-kubernetes-map-type: atomic</c>). A list that isn't named here is taken as a whole, as those of custom resources are unless their schema says otherwise.
/// </summary>
internal static class ListShapes
{
    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["containers"] = ["name"],
        ["initContainers"] = ["name"],
        ["ephemeralContainers"] = ["name"],
        ["volumes"] = ["name"],
        ["env"] = ["name"],
        ["volumeMounts"] = ["mountPath"],
        ["volumeDevices"] = ["devicePath"],
        ["imagePullSecrets"] = ["name"],
        ["secrets"] = ["name"],
        ["ports"] = ["containerPort", "port", "protocol"],
        ["hostAliases"] = ["ip"],
        ["conditions"] = ["type"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
        ["webhooks"] = ["name"],
        ["readinessGates"] = ["conditionType"],
    };

    private static readonly HashSet<string> Sets = new(StringComparer.Ordinal) { "finalizers", "ownerReferences" };

    private static readonly HashSet<string> AtomicMaps = new(StringComparer.Ordinal)
    {
        "selector", "labelSelector", "namespaceSelector", "podSelector", "objectSelector", "nodeSelector", "configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef",
        "roleRef", "claimRef", "scaleTargetRef", "dataSource",
    };

    /// <summary>What tells a list's items apart; null when they go by their place.</summary>
    public static string[]? KeysOf(string list) => Keys.GetValueOrDefault(list);

    /// <summary>An apply leaves items that it doesn't name.</summary>
    public static bool Merges(string list) => Keys.ContainsKey(list) || Sets.Contains(list);

    public static bool IsAtomicMap(string map) => AtomicMaps.Contains(map);

    /// <summary>The items' identities in order; null when one has none or two are equal.</summary>
    public static List<string>? Identities(JsonArray items, string[] keys)
    {
        var identities = new List<string>(items.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item is not JsonObject map)
                return null;
            var identity = string.Join('\0', keys.Select(k => map.TryGetPropertyValue(k, out var value) ? value?.ToJsonString() : ""));
            if (identity.Trim('\0').Length == 0 || !seen.Add(identity))
                return null;
            identities.Add(identity);
        }
        return identities;
    }
}
