using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Schemas;
using Holdfast.Protection.Restore.Rules;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>
/// Compares two contents of one object field by field. Lists go by their items' keys while these keep their order, else by index. Secret data, and the last-applied annotation of a Secret, stand as
/// digests.
/// </summary>
internal sealed class FieldDiffs
{
    /// <summary>A longer text stands as its digest and size: a plan isn't made of certificates and schemas.</summary>
    private const int LongestText = 2048;

    private readonly bool secret;
    private readonly bool applying;
    private readonly bool reorders;
    private readonly SecretDigests digests;
    private readonly ImmutableArray<FieldDiff>.Builder found = ImmutableArray.CreateBuilder<FieldDiff>();

    private FieldDiffs(ResourceType type, bool applying, bool reorders, SecretDigests digests)
    {
        secret = type is { Group: "", Resource: "secrets" };
        (this.applying, this.reorders, this.digests) = (applying, reorders, digests);
    }

    /// <param name="applying">The difference will be applied, which removes nothing: what only the live object has is marked as staying where the rules say that it is merged.</param>
    public static ImmutableArray<FieldDiff> Between(JsonObject live, JsonObject desired, ResourceType type, bool applying, MergeRules rules, SecretDigests digests)
    {
        var diffs = new FieldDiffs(type, applying, rules.Reorders, digests);
        diffs.Maps("", live, desired, rules.Schema, merges: true);
        return diffs.found.ToImmutable();
    }

    private void Values(string path, JsonNode? live, JsonNode? desired, Schema? schema, bool merges)
    {
        if (live is JsonObject liveMap && desired is JsonObject desiredMap)
            Maps(path, liveMap, desiredMap, schema, merges && schema?.IsAtomicMap != true);
        else if (live is JsonArray liveList && desired is JsonArray desiredList)
            Lists(path, liveList, desiredList, schema, merges);
        else if (!Equal(live, desired))
            Add(path, Text(path, live), Text(path, desired));
    }

    private void Maps(string path, JsonObject live, JsonObject desired, Schema? schema, bool merges)
    {
        foreach (var (name, was) in live)
            if (!desired.TryGetPropertyValue(name, out var wanted))
                OneSided(Pointer(path, name), was, null, merges);
            else
                Values(Pointer(path, name), was, wanted, Property(path, schema, name), merges);
        foreach (var (name, wanted) in desired)
            if (!live.ContainsKey(name))
                OneSided(Pointer(path, name), null, wanted, merges);
    }

    /// <summary>Schemas of custom types say nothing of the metadata.</summary>
    private static Schema? Property(string path, Schema? schema, string name) => path.Length == 0 && name == "metadata" ? Schema.Metadata : schema?.Property(name);

    /// <summary>A map that holds secrets is told key by key even where the other side has none.</summary>
    private void OneSided(string path, JsonNode? live, JsonNode? desired, bool merges)
    {
        // A null that is written out (creationTimestamp of a template) means the same as one that isn't.
        if (live is null && desired is null)
            return;
        if (secret && HoldsSecrets(path) && (live ?? desired) is JsonObject)
            Maps(path, live as JsonObject ?? [], desired as JsonObject ?? [], null, merges);
        else
            Add(path, Text(path, live), Text(path, desired), desired is null && merges);
    }

    private void Lists(string path, JsonArray live, JsonArray desired, Schema? schema, bool merges)
    {
        var merged = applying && merges ? schema?.Merge ?? ListMerge.Atomic : ListMerge.Atomic;
        if (merged == ListMerge.Set)
            Sets(path, live, desired);
        else if (ItemPairs.Of(live, desired, schema) is { } pairs)
            Keyed(path, live, desired, pairs.Live, pairs.Desired, schema?.Items, merged == ListMerge.Map);
        else
            Places(path, live, desired, schema?.Items);
    }

    private void Places(string path, JsonArray live, JsonArray desired, Schema? items)
    {
        for (var i = 0; i < Math.Max(live.Count, desired.Count); i++)
            if (i >= desired.Count)
                Add(Pointer(path, i), Text(path, live[i]), null);
            else if (i >= live.Count)
                Add(Pointer(path, i), null, Text(path, desired[i]));
            else
                Values(Pointer(path, i), live[i], desired[i], items, merges: false);
    }

    /// <summary>Of a merged set the order means nothing.</summary>
    private void Sets(string path, JsonArray live, JsonArray desired)
    {
        for (var i = 0; i < live.Count; i++)
            if (!desired.Any(wanted => JsonNode.DeepEquals(wanted, live[i])))
                Add(Pointer(path, i), Text(path, live[i]), null, stays: true);
        for (var i = 0; i < desired.Count; i++)
            if (!live.Any(was => JsonNode.DeepEquals(was, desired[i])))
                Add(Pointer(path, i), null, Text(path, desired[i]));
    }

    private void Keyed(string path, JsonArray live, JsonArray desired, List<string> liveKeys, List<string> desiredKeys, Schema? items, bool merges)
    {
        if (!merges && !SameOrder(liveKeys, desiredKeys))
        {
            Add(path, Text(path, live), Text(path, desired));
            return;
        }
        for (var i = 0; i < live.Count; i++)
        {
            var other = desiredKeys.IndexOf(liveKeys[i]);
            if (other < 0)
                Add(Pointer(path, i), Text(path, live[i]), null, merges);
            else
                Values(Pointer(path, i), live[i], desired[other], items, merges);
        }
        for (var i = 0; i < desired.Count; i++)
            if (!liveKeys.Contains(desiredKeys[i]))
                Add(Pointer(path, i), null, Text(path, desired[i]));
        if (merges)
            Order(path, reorders ? liveKeys : [.. liveKeys, .. desiredKeys.Except(liveKeys)], desiredKeys);
    }

    private static bool SameOrder(List<string> live, List<string> desired) => live.Where(desired.Contains).SequenceEqual(desired.Where(live.Contains), StringComparer.Ordinal);

    /// <summary>Of a merged list, by the keys of what both have. Servers that keep the live order put what is new at the end.</summary>
    private void Order(string path, List<string> live, List<string> desired)
    {
        if (!SameOrder(live, desired))
            Add(path, Text(path, Keys(live.Where(desired.Contains))), Text(path, Keys(desired.Where(live.Contains))), stays: !reorders);
    }

    /// <summary>Stands for the order of a merged list.</summary>
    private static JsonArray Keys(IEnumerable<string> keys) => new([.. keys.Select(k => JsonValue.Create(k))]);

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

    private static string Pointer(string path, string name) => $"{path}/{JsonPointer.Escape(name)}";

    private static string Pointer(string path, int index) => $"{path}/{index.ToString(CultureInfo.InvariantCulture)}";
}
