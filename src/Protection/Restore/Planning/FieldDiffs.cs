using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Protection.Restore.Rules;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>
/// Compares two contents of one object field by field. Lists go by index, those of built-in types by their items' keys while these keep their order. Secret data, and the
/// last-applied annotation of a Secret, stand as digests.
/// </summary>
internal sealed class FieldDiffs
{
    /// <summary>A longer text stands as its digest and size: a plan isn't made of certificates and schemas.</summary>
    private const int LongestText = 2048;

    private readonly bool secret;
    private readonly bool builtIn;
    private readonly bool applying;
    private readonly SecretDigests digests;
    private readonly ImmutableArray<FieldDiff>.Builder found = ImmutableArray.CreateBuilder<FieldDiff>();

    private FieldDiffs(ResourceType type, bool applying, SecretDigests digests)
    {
        secret = type is { Group: "", Resource: "secrets" };
        builtIn = !type.Group.Contains('.') || type.Group.EndsWith(".k8s.io", StringComparison.Ordinal);
        this.applying = applying;
        this.digests = digests;
    }

    /// <param name="applying">The difference will be applied, which removes nothing: what only the live object has is marked as staying.</param>
    public static ImmutableArray<FieldDiff> Between(JsonObject live, JsonObject desired, ResourceType type, bool applying, SecretDigests digests)
    {
        var diffs = new FieldDiffs(type, applying, digests);
        diffs.Maps("", live, desired, merges: true);
        return diffs.found.ToImmutable();
    }

    private void Values(string path, string name, JsonNode? live, JsonNode? desired, bool merges)
    {
        if (live is JsonObject liveMap && desired is JsonObject desiredMap)
            Maps(path, liveMap, desiredMap, merges && !(builtIn && ListShapes.IsAtomicMap(name)));
        else if (live is JsonArray liveList && desired is JsonArray desiredList)
            Lists(path, name, liveList, desiredList, merges);
        else if (!Equal(live, desired))
            Add(path, Text(path, live), Text(path, desired));
    }

    private void Maps(string path, JsonObject live, JsonObject desired, bool merges)
    {
        foreach (var (name, was) in live)
            if (!desired.TryGetPropertyValue(name, out var wanted))
                OneSided(Pointer(path, name), was, null, merges);
            else
                Values(Pointer(path, name), name, was, wanted, merges);
        foreach (var (name, wanted) in desired)
            if (!live.ContainsKey(name))
                OneSided(Pointer(path, name), null, wanted, merges);
    }

    /// <summary>A map that holds secrets is told key by key even where the other side has none.</summary>
    private void OneSided(string path, JsonNode? live, JsonNode? desired, bool merges)
    {
        // A null that is written out (creationTimestamp of a template) means the same as one that isn't.
        if (live is null && desired is null)
            return;
        if (secret && HoldsSecrets(path) && (live ?? desired) is JsonObject)
            Maps(path, live as JsonObject ?? [], desired as JsonObject ?? [], merges);
        else
            Add(path, Text(path, live), Text(path, desired), desired is null && merges);
    }

    private void Lists(string path, string name, JsonArray live, JsonArray desired, bool merges)
    {
        var known = builtIn || path.StartsWith("/metadata/", StringComparison.Ordinal);
        var stays = merges && known && ListShapes.Merges(name);
        if (known && ListShapes.KeysOf(name) is { } keys
            && ListShapes.Identities(live, keys) is { } liveKeys && ListShapes.Identities(desired, keys) is { } desiredKeys)
        {
            if (liveKeys.Where(desiredKeys.Contains).SequenceEqual(desiredKeys.Where(liveKeys.Contains), StringComparer.Ordinal))
                Keyed(path, live, desired, liveKeys, desiredKeys, stays);
            else
                Add(path, Text(path, live), Text(path, desired));
            return;
        }
        for (var i = 0; i < Math.Max(live.Count, desired.Count); i++)
            if (i >= desired.Count)
                Add(Pointer(path, i), Text(path, live[i]), null, stays);
            else if (i >= live.Count)
                Add(Pointer(path, i), null, Text(path, desired[i]));
            else
                Values(Pointer(path, i), "", live[i], desired[i], stays);
    }

    private void Keyed(string path, JsonArray live, JsonArray desired, List<string> liveKeys, List<string> desiredKeys, bool stays)
    {
        for (var i = 0; i < live.Count; i++)
        {
            var other = desiredKeys.IndexOf(liveKeys[i]);
            if (other < 0)
                Add(Pointer(path, i), Text(path, live[i]), null, stays);
            else
                Values(Pointer(path, i), "", live[i], desired[other], stays);
        }
        for (var i = 0; i < desired.Count; i++)
            if (!liveKeys.Contains(desiredKeys[i]))
                Add(Pointer(path, i), null, Text(path, desired[i]));
    }

    private void Add(string path, string? live, string? desired, bool stays = false) => found.Add(new(path, live, desired, applying && stays));

    private string? Text(string path, JsonNode? node)
    {
        if (node is null)
            return null;
        var text = Encoding.UTF8.GetString(ManifestJson.Write(node));
        if (secret && IsSecret(path))
            return digests.Of(text);
        return text.Length <= LongestText ? text : $"\"sha256:{ContentDigest.Of(Encoding.UTF8.GetBytes(text))} ({text.Length.ToString(CultureInfo.InvariantCulture)} characters)\"";
    }

    private static bool HoldsSecrets(string path) => path is "/data" or "/stringData" or "/metadata" or "/metadata/annotations";

    private static bool IsSecret(string path) =>
        path.StartsWith("/data", StringComparison.Ordinal) || path.StartsWith("/stringData", StringComparison.Ordinal)
        || path is "/metadata" or "/metadata/annotations" or "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

    private static bool Equal(JsonNode? live, JsonNode? desired)
    {
        if (live is null || desired is null)
            return live is null && desired is null;
        return live.GetValueKind() == desired.GetValueKind() && (live.GetValueKind() is not (JsonValueKind.Object or JsonValueKind.Array)) && JsonNode.DeepEquals(live, desired);
    }

    private static string Pointer(string path, string name) => name.AsSpan().ContainsAny('~', '/')
        ? $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"
        : $"{path}/{name}";

    private static string Pointer(string path, int index) => $"{path}/{index.ToString(CultureInfo.InvariantCulture)}";
}
