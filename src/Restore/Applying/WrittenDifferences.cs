using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Applying;

/// <summary>
/// How the object in the answer differs from what was sent. What the server added isn't a difference, nor is another way of writing the
/// same: an omitted null or empty map, a quantity or a time in its canonical form, a list in another order or without its repeated items.
/// Pure.
/// </summary>
internal sealed class WrittenDifferences
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = FormatLimits.ManifestDepth };

    /// <summary>The metadata that belongs to whoever writes; the rest is the server's, or a precondition.</summary>
    private static readonly string[] OwnMetadata = ["labels", "annotations", "finalizers", "ownerReferences"];

    private readonly bool keepsEmpty;
    private readonly List<AlteredField> found = [];

    private WrittenDifferences(bool keepsEmpty) => this.keepsEmpty = keepsEmpty;

    /// <param name="sent">The request's body, whole.</param>
    /// <param name="answer">The object as it now is.</param>
    /// <param name="groupResource">The type of both.</param>
    /// <param name="isCustom">
    /// A CustomResourceDefinition makes the type: its server leaves out nothing that the schema knows, empty maps and lists included.
    /// </param>
    /// <returns>Null: everything that was sent is there.</returns>
    public static AlteredFields? Between(ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> answer, string groupResource, bool isCustom)
    {
        var differences = new WrittenDifferences(isCustom);
        using var given = JsonDocument.Parse(answer, Deep);
        using (var asked = JsonDocument.Parse(sent, Deep))
        {
            if (differences.Holds(asked.RootElement, given.RootElement))
                return null;
        }
        using var carried = JsonDocument.Parse(Carried(sent, answer, groupResource), Deep);
        differences.Compare(carried.RootElement, given.RootElement);
        return AlteredFields.Of(differences.found);
    }

    /// <summary>The same of a part that was sent by itself, a status.</summary>
    public static AlteredFields? OfPart(string name, JsonNode sent, ReadOnlyMemory<byte> answer, bool isCustom)
    {
        var differences = new WrittenDifferences(isCustom);
        using var asked = JsonDocument.Parse(ManifestJson.Write(new JsonObject { [name] = sent.DeepClone() }), Deep);
        using var given = JsonDocument.Parse(answer, Deep);
        differences.Members("", asked.RootElement, given.RootElement, keepsEmpty: isCustom);
        return AlteredFields.Of(differences.found);
    }

    // What the target's controllers decide is not the writer's: as when a live object is compared with the point.
    private static byte[] Carried(ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> answer, string groupResource)
    {
        var body = ManifestJson.Parse(sent.Span);
        LiveFields.CarryOver(body, ManifestJson.Parse(answer.Span), groupResource);
        return ManifestJson.Write(body);
    }

    private bool Holds(JsonElement sent, JsonElement answer)
    {
        Compare(sent, answer);
        var holds = found.Count == 0;
        found.Clear();
        return holds;
    }

    private void Compare(JsonElement sent, JsonElement answer)
    {
        foreach (var field in sent.EnumerateObject())
        {
            if (field.Name is "apiVersion" or "kind")
                continue;
            if (field.Name == "metadata")
                Metadata(field.Value, answer.TryGetProperty("metadata", out var metadata) ? metadata : default);
            else
                Field("", field, answer, keepsEmpty);
        }
    }

    private void Metadata(JsonElement sent, JsonElement answer)
    {
        foreach (var field in sent.EnumerateObject().Where(f => OwnMetadata.Contains(f.Name)))
            Field("/metadata", field, answer, keepsEmpty: false);
    }

    private void Members(string path, JsonElement sent, JsonElement answer, bool keepsEmpty)
    {
        foreach (var field in sent.EnumerateObject())
            Field(path, field, answer, keepsEmpty);
    }

    private void Field(string path, JsonProperty field, JsonElement answer, bool keepsEmpty)
    {
        var here = $"{path}/{JsonPointer.Escape(field.Name)}";
        if (
            answer.ValueKind == JsonValueKind.Object
            && answer.TryGetProperty(field.Name, out var value)
            && value.ValueKind != JsonValueKind.Null
        )
            Value(here, field.Value, value, keepsEmpty);
        else if (!IsNothing(field.Value, keepsEmpty))
            found.Add(new(here, Alteration.Dropped));
    }

    private void Value(string path, JsonElement sent, JsonElement answer, bool keepsEmpty)
    {
        if (sent.ValueKind == JsonValueKind.Object && answer.ValueKind == JsonValueKind.Object)
            Members(path, sent, answer, keepsEmpty);
        else if (sent.ValueKind == JsonValueKind.Array && answer.ValueKind == JsonValueKind.Array)
            Items(path, sent, answer, keepsEmpty);
        else if (sent.ValueKind != JsonValueKind.Null && !SameValue.Of(sent, answer))
            found.Add(new(path, Alteration.Changed));
    }

    /// <summary>Items at the same place, else wherever they are now.</summary>
    private void Items(string path, JsonElement sent, JsonElement answer, bool keepsEmpty)
    {
        var there = answer.EnumerateArray().ToList();
        var i = 0;
        foreach (var item in sent.EnumerateArray())
        {
            var here = $"{path}/{i.ToString(CultureInfo.InvariantCulture)}";
            if (!(i < there.Count && IsKept(item, there[i], keepsEmpty)) && !there.Exists(other => IsKept(item, other, keepsEmpty)))
                Lost(here, item, Partner(item, there, i, sent.GetArrayLength()), keepsEmpty);
            i++;
        }
    }

    private void Lost(string path, JsonElement item, JsonElement? partner, bool keepsEmpty)
    {
        if (partner is { } other)
            Value(path, item, other, keepsEmpty);
        else
            found.Add(new(path, Alteration.Dropped));
    }

    private bool IsKept(JsonElement item, JsonElement other, bool keepsEmpty)
    {
        var before = found.Count;
        Value("", item, other, keepsEmpty);
        var kept = found.Count == before;
        found.RemoveRange(before, found.Count - before);
        return kept;
    }

    /// <summary>
    /// What has become of an item: the one of the same name, else, in a list as long as before, what stands in its place.
    /// </summary>
    private static JsonElement? Partner(JsonElement item, List<JsonElement> there, int place, int length)
    {
        if (NameOf(item) is { } name)
            return there.FindIndex(other => NameOf(other) == name) is >= 0 and var named ? there[named] : null;
        return there.Count == length ? there[place] : null;
    }

    private static string? NameOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;

    /// <summary>What servers leave out of an answer without losing anything.</summary>
    private static bool IsNothing(JsonElement value, bool keepsEmpty) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => true,
            JsonValueKind.Object => !keepsEmpty && value.EnumerateObject().All(f => IsNothing(f.Value, keepsEmpty)),
            JsonValueKind.Array => !keepsEmpty && value.GetArrayLength() == 0,
            _ => false,
        };
}
