using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>
/// Replaces ids of Azure resources in a model by those that stand for them: a whole id, or the beginning of one up to a slash (a resource
/// group, a virtual network). The longest that matches counts; case doesn't. Pure.
/// </summary>
internal sealed class ResourceMap(ImmutableSortedDictionary<string, string>? map)
{
    private const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    private readonly KeyValuePair<string, string>[] longestFirst =
    [
        .. (map ?? ImmutableSortedDictionary<string, string>.Empty).OrderByDescending(pair => pair.Key.Length),
    ];

    /// <summary>Changes the model; its members' names too, where they are ids (user-assigned identities).</summary>
    /// <returns>The ids that are left as they were, with where they are; in the model's order.</returns>
    public IReadOnlyList<(string Place, string Id)> Apply(JsonObject model)
    {
        var left = new List<(string, string)>();
        Walk(model, "", left);
        return left;
    }

    public static bool IsId(string text) => text.StartsWith("/subscriptions/", AnyCase) && text.Contains("/providers/", AnyCase);

    public string Of(string id)
    {
        foreach (var (from, to) in longestFirst)
        {
            if (id.StartsWith(from, AnyCase) && (id.Length == from.Length || id[from.Length] == '/'))
                return to + id[from.Length..];
        }
        return id;
    }

    private void Walk(JsonNode? node, string place, List<(string, string)> left)
    {
        switch (node)
        {
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (Mapped(list[i], $"{place}[{i}]", left) is { } mapped)
                        list[i] = mapped;
                }
                break;
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                    Walk(members, name, value, place.Length == 0 ? name : $"{place}.{name}", left);
                break;
        }
    }

    private void Walk(JsonObject members, string name, JsonNode? value, string place, List<(string, string)> left)
    {
        if (Mapped(value, place, left) is { } mapped)
            members[name] = mapped;
        if (!IsId(name))
            return;
        if (Of(name) is var renamed && renamed != name)
        {
            members.Remove(name);
            members[renamed] = value?.DeepClone();
        }
        else
        {
            left.Add((place, name));
        }
    }

    /// <returns>Null: it stays.</returns>
    private string? Mapped(JsonNode? node, string place, List<(string, string)> left)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
        {
            Walk(node, place, left);
            return null;
        }
        if (!IsId(text))
            return null;
        var mapped = Of(text);
        if (mapped != text)
            return mapped;
        left.Add((place, text));
        return null;
    }
}
