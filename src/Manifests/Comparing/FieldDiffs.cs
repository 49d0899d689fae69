using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Manifests.Comparing;

/// <summary>
/// Compares two contents of one object field by field. Items of lists are compared by what distinguishes them (<see cref="ItemPairs"/>),
/// else by place; another order of them is one difference of the list. Secret data, and the last-applied annotation of a Secret, stand as
/// digests.
/// </summary>
public sealed class FieldDiffs
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
        secret = type is { Group: "", Resource: KnownTypes.Secrets };
        (this.applying, this.reorders, this.digests) = (applying, reorders, digests);
    }

    /// <param name="applying">
    /// The difference will be applied, which removes nothing: what only the live object has is marked as staying where the rules say that
    /// it is merged.
    /// </param>
    public static ImmutableArray<FieldDiff> Between(
        JsonObject live,
        JsonObject desired,
        ResourceType type,
        bool applying,
        MergeRules rules,
        SecretDigests digests
    )
    {
        var diffs = new FieldDiffs(type, applying, rules.Reorders, digests);
        diffs.Maps(FieldPath.Root, live, desired, rules.Schema, merges: true);
        return diffs.found.ToImmutable();
    }

    private void Values(FieldPath path, JsonNode? live, JsonNode? desired, Schema? schema, bool merges)
    {
        if (live is JsonObject liveMap && desired is JsonObject desiredMap)
            Maps(path, liveMap, desiredMap, schema, merges && schema?.IsAtomicMap != true);
        else if (live is JsonArray liveList && desired is JsonArray desiredList)
            Lists(path, liveList, desiredList, schema, merges);
        else if (!Equal(live, desired))
            Add(path, Text(path, live), Text(path, desired));
    }

    private void Maps(FieldPath path, JsonObject live, JsonObject desired, Schema? schema, bool merges)
    {
        foreach (var (name, was) in live)
            if (!desired.TryGetPropertyValue(name, out var wanted))
                OneSided(path.Field(name), was, null, merges);
            else
                Values(path.Field(name), was, wanted, Property(path, schema, name), merges);
        foreach (var (name, wanted) in desired)
            if (!live.ContainsKey(name))
                OneSided(path.Field(name), null, wanted, merges);
    }

    /// <summary>Schemas of custom types say nothing of the metadata.</summary>
    private static Schema? Property(FieldPath path, Schema? schema, string name) =>
        path == FieldPath.Root && name == "metadata" ? Schema.Metadata : schema?.Property(name);

    /// <summary>A map that holds secrets is listed key by key even where the other side has none.</summary>
    private void OneSided(FieldPath path, JsonNode? live, JsonNode? desired, bool merges)
    {
        // A null that is written out (creationTimestamp of a template) means the same as one that isn't.
        if (live is null && desired is null)
            return;
        if (secret && HoldsSecrets(path.Pointer) && (live ?? desired) is JsonObject)
            Maps(path, live as JsonObject ?? [], desired as JsonObject ?? [], null, merges);
        else
            Add(path, Text(path, live), Text(path, desired), desired is null && merges);
    }

    private void Lists(FieldPath path, JsonArray live, JsonArray desired, Schema? schema, bool merges)
    {
        var how = applying && merges ? schema?.Merge ?? ListMerge.Atomic : ListMerge.Atomic;
        if (ItemPairs.Of(live, desired, schema) is not { } pairs)
            Places(path, live, desired, schema?.Items);
        else
            Paired(path, live, desired, pairs, schema?.Items, how);
    }

    private void Places(FieldPath path, JsonArray live, JsonArray desired, Schema? items)
    {
        for (var i = 0; i < Math.Max(live.Count, desired.Count); i++)
            if (i >= desired.Count)
                Add(path.Item(i), Text(path, live[i]), null);
            else if (i >= live.Count)
                Add(path.Item(i), null, Text(path, desired[i]));
            else
                Values(path.Item(i), live[i], desired[i], items, merges: false);
    }

    private void Paired(FieldPath path, JsonArray live, JsonArray desired, ItemPairs pairs, Schema? items, ListMerge how)
    {
        var merges = how != ListMerge.Atomic;
        var (was, wanted) = (ItemPairs.Places(pairs.Live), ItemPairs.Places(pairs.Desired));
        for (var i = 0; i < live.Count; i++)
            if (wanted.TryGetValue(pairs.Live[i], out var other))
                Values(Item(path, i, pairs.Live[i]), live[i], desired[other], items, merges);
            else
                Add(Item(path, i, pairs.Live[i]), Text(path, live[i]), null, merges);
        for (var i = 0; i < desired.Count; i++)
            if (!was.ContainsKey(pairs.Desired[i]))
                Add(Item(path, i, pairs.Desired[i]), null, Text(path, desired[i]));
        // Of a merged set the order means nothing.
        if (how != ListMerge.Set)
            Order(path, pairs, merges);
    }

    /// <summary>Of the items that both have. Servers that keep the live order of a merged list put what is new at its end.</summary>
    private void Order(FieldPath path, ItemPairs pairs, bool merges)
    {
        var keeps = merges && !reorders;
        var both = pairs.Live.Intersect(pairs.Desired);
        List<ItemIdentity> before = keeps ? [.. both, .. pairs.Desired.Except(pairs.Live)] : [.. both];
        var after = pairs.Desired.Intersect(before).ToList();
        if (!before.SequenceEqual(after))
            found.Add(Diff(path, Text(path, Labels(before)), Text(path, Labels(after)), stays: keeps) with { Reordered = true });
    }

    private static JsonArray Labels(IEnumerable<ItemIdentity> items) => new([.. items.Select(i => JsonValue.Create(i.Label))]);

    /// <summary>What identifies an item may be what a secret holds.</summary>
    private FieldPath Item(FieldPath path, int index, ItemIdentity identity) =>
        secret && IsSecret(path.Pointer) ? path.Item(index) : path.Item(index, identity.Label);

    private void Add(FieldPath path, string? live, string? desired, bool stays = false) => found.Add(Diff(path, live, desired, stays));

    private FieldDiff Diff(FieldPath path, string? live, string? desired, bool stays) =>
        new(path.Pointer, live, desired, applying && stays) { Label = path.Label == path.Pointer ? null : path.Label };

    private string? Text(FieldPath path, JsonNode? node)
    {
        if (node is null)
            return null;
        var text = Encoding.UTF8.GetString(ManifestJson.Write(node));
        if (secret && IsSecret(path.Pointer))
            return digests.Of(text);
        return text.Length <= LongestText
            ? text
            : $"\"sha256:{ContentDigest.Of(Encoding.UTF8.GetBytes(text))} ({text.Length.ToString(CultureInfo.InvariantCulture)} "
                + "characters)\"";
    }

    private static bool HoldsSecrets(string path) => path is "/data" or "/stringData" or "/metadata" or "/metadata/annotations";

    private static bool IsSecret(string path) =>
        path.StartsWith("/data", StringComparison.Ordinal)
        || path.StartsWith("/stringData", StringComparison.Ordinal)
        || path is "/metadata" or "/metadata/annotations" or "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

    private static bool Equal(JsonNode? live, JsonNode? desired)
    {
        if (live is null || desired is null)
            return live is null && desired is null;
        return live.GetValueKind() == desired.GetValueKind()
            && (live.GetValueKind() is not (JsonValueKind.Object or JsonValueKind.Array))
            && JsonNode.DeepEquals(live, desired);
    }
}
