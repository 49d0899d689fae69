using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Mapping;

/// <summary>
/// Finds texts that seem to name a captured namespace where no rule knows: members called namespace, names in the cluster's DNS, service
/// accounts as users, arguments. They stay as they are; a plan lists them. Never looks into the data of Secrets. Pure.
/// </summary>
internal static class NamespaceMentions
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private static readonly string[] AccountPrefixes = ["system:serviceaccount:", "system:serviceaccounts:"];

    /// <param name="body">After its known references were changed.</param>
    /// <returns>The path of each such text, and the namespace that it names.</returns>
    public static IEnumerable<(string Path, string Namespace)> In(JsonObject body, string groupResource, IEnumerable<string> captured)
    {
        var names = captured.ToList();
        if (groupResource == KnownTypes.Namespaces)
            foreach (var label in Labels(body, names))
                yield return label;
        foreach (var (member, node) in body)
            if (!(groupResource == KnownTypes.Secrets && member is "data" or "stringData") && member is not ("status" or "kind"))
                foreach (var found in Walk(node, member, $"/{member}", names))
                    yield return found;
    }

    /// <summary>Selectors for such a label match the captured namespace and the new one.</summary>
    private static IEnumerable<(string Path, string Namespace)> Labels(JsonObject ns, List<string> names)
    {
        var labels = ns.Object("metadata").Object("labels");
        foreach (var (key, _) in labels ?? [])
            if (labels.Text(key) is { } value && names.Contains(value))
                yield return ($"/metadata/labels/{JsonPointer.Escape(key)}", value);
    }

    private static IEnumerable<(string Path, string Namespace)> Walk(JsonNode? node, string member, string path, List<string> names)
    {
        if (node is JsonObject map)
            return map.Where(m => m.Key != LastApplied && !(path == "/metadata" && m.Key == "namespace"))
                .SelectMany(m => Walk(m.Value, m.Key, $"{path}/{JsonPointer.Escape(m.Key)}", names));
        if (node is JsonArray list)
            return list.SelectMany((item, i) => Walk(item, member, $"{path}/{i}", names));
        return node is JsonValue value && value.TryGetValue(out string? text)
            ? names.Where(ns => Names(member, text, ns)).Select(ns => (path, ns))
            : [];
    }

    private static bool Names(string member, string text, string ns)
    {
        if (text == ns)
            return member.Contains("namespace", StringComparison.OrdinalIgnoreCase);
        for (var at = text.IndexOf(ns, StringComparison.Ordinal); at >= 0; at = text.IndexOf(ns, at + 1, StringComparison.Ordinal))
            if (IsWhole(text, at, ns.Length) && IsNamed(text.AsSpan(0, at), text.AsSpan(at + ns.Length)))
                return true;
        return false;
    }

    private static bool IsWhole(string text, int at, int length) =>
        (at == 0 || !IsOfName(text[at - 1])) && (at + length == text.Length || !IsOfName(text[at + length]));

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_';

    private static bool IsNamed(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        if (before.EndsWith(".") && after.StartsWith(".svc"))
            return true;
        foreach (var prefix in AccountPrefixes)
            if (before.EndsWith(prefix))
                return true;
        return before.TrimEnd("\"' =:").EndsWith("namespace", StringComparison.OrdinalIgnoreCase);
    }
}
