using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.TestKit.Scenarios;

/// <summary>What a restored object has otherwise than the captured one, without what each server sets.</summary>
internal static class WrittenContent
{
    private static readonly string[] ServerSet = ["uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "managedFields"];

    /// <summary>What is shown of a value that differs because each server chose one.</summary>
    public const string ChosenByBoth = $"{Given} -> {Given}";

    private const string Given = "given by the server";

    /// <summary>Fields with a value that the server chose.</summary>
    private static readonly string[] Chosen = ["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"];

    /// <summary>A line for each value, as <c>/spec/replicas: 1 -> 2</c>.</summary>
    public static IEnumerable<string> Lines(JsonObject captured, JsonObject restored)
    {
        var (was, now) = (Values(captured), Values(restored));
        return
        [
            .. was
                .Keys.Union(now.Keys)
                .Order(StringComparer.Ordinal)
                .Where(p => was.GetValueOrDefault(p) != now.GetValueOrDefault(p))
                .Select(p => $"{p}: {Of(was, p)} -> {Of(now, p)}"),
        ];
    }

    private static string Of(Dictionary<string, string> values, string path) =>
        !values.TryGetValue(path, out var value) ? "none"
        : path.EndsWith("controller-uid", StringComparison.Ordinal) || path == "/spec/claimRef/uid" ? "made by the server"
        : path.Split('/').Any(Chosen.Contains) && value != "\"None\"" ? Given
        : value;

    private static Dictionary<string, string> Values(JsonObject manifest)
    {
        var bare = (JsonObject)manifest.DeepClone();
        foreach (var field in ServerSet)
            bare.Object("metadata")?.Remove(field);
        foreach (var owner in bare.Object("metadata").Objects("ownerReferences"))
            owner.Remove("uid");
        if (bare.Text("apiVersion")?.Contains("example.com", StringComparison.Ordinal) != true)
            bare.Remove("status");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(values, "", bare);
        return values;
    }

    private static void Add(Dictionary<string, string> values, string path, JsonNode? node)
    {
        if (node is JsonObject { Count: > 0 } map)
            foreach (var (name, value) in map)
                Add(values, $"{path}/{name.Replace("/", "~1", StringComparison.Ordinal)}", value);
        else if (node is JsonArray { Count: > 0 } list)
            for (var i = 0; i < list.Count; i++)
                Add(values, $"{path}/{i}", list[i]);
        else
            values[path] = node?.ToJsonString() ?? "null";
    }
}
