using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Editing;

/// <summary>
/// A JSON pointer in which a step <c>*</c> stands for every member of an object or item of a list:
/// <c>/spec/template/spec/containers/*/image</c>.
/// </summary>
public sealed class FieldPattern
{
    private const string Each = "*";
    private readonly string text;
    private readonly string[] steps;

    private FieldPattern(string text, string[] steps) => (this.text, this.steps) = (text, steps);

    /// <exception cref="FormatException">It isn't a JSON pointer, or means the whole object.</exception>
    public static FieldPattern Parse(string text)
    {
        var pointer = JsonPointer.Steps(text);
        return pointer.Length > 0 ? new(text, pointer) : throw new FormatException("a path names a field: '/spec/replicas'");
    }

    /// <summary>The fields of that path that are there.</summary>
    public IEnumerable<JsonNode?> Values(JsonNode root) => Places(root).Select(p => p.Value);

    /// <returns>How many fields were removed.</returns>
    public int Remove(JsonNode root)
    {
        // from the end, so that the places of the others in a list stay
        var places = Places(root).Reverse().ToList();
        foreach (var place in places)
            place.Remove();
        return places.Count;
    }

    /// <summary>
    /// Sets the field wherever its parents are; parents behind the last <c>*</c> are created. A step <c>-</c> at the end adds an item to a
    /// list.
    /// </summary>
    /// <param name="room">What it may add; null: as much as any single edit.</param>
    /// <returns>How many fields have another value than before.</returns>
    /// <exception cref="EditException">What should hold the field can't, or it is too much.</exception>
    public int Set(JsonNode root, JsonNode? value, EditRoom? room = null)
    {
        var fixedFrom = Array.LastIndexOf(steps, Each) + 1;
        var changed = 0;
        List<JsonNode?> parents = fixedFrom == 0 ? [root] : [.. Places(root, fixedFrom).Select(p => p.Value)];
        (room ?? new()).Take((value?.ToJsonString().Length ?? 0) * (long)parents.Count);
        foreach (var parent in parents)
        {
            if (fixedFrom < steps.Length)
                changed += SetBelow(parent, fixedFrom, value) ? 1 : 0;
        }
        if (fixedFrom == steps.Length)
            foreach (var place in Places(root).ToList())
                changed += place.Set(value) ? 1 : 0;
        return changed;
    }

    /// <summary>Replaces texts; what isn't a text stays.</summary>
    /// <returns>How many were changed.</returns>
    public int Replace(JsonNode root, Func<string, string> with)
    {
        var changed = 0;
        foreach (var place in Places(root).ToList())
        {
            if (place.Value is JsonValue value && value.TryGetValue(out string? before))
                changed += place.Set(with(before)) ? 1 : 0;
        }
        return changed;
    }

    public override string ToString() => text;

    private bool SetBelow(JsonNode? parent, int from, JsonNode? value)
    {
        for (var i = from; i < steps.Length - 1; i++)
            parent = Child(parent, steps[i]);
        return parent switch
        {
            JsonObject map => new Place(map, steps[^1], map[steps[^1]]).Set(value),
            JsonArray list when steps[^1] == "-" => Append(list, value),
            JsonArray list when Index(list, steps[^1]) is { } index => new Place(list, steps[^1], list[index]).Set(value),
            _ => throw new EditException($"{text} can't be set: what should hold it is neither an object nor a list that has it"),
        };
    }

    private JsonNode? Child(JsonNode? parent, string step) =>
        parent switch
        {
            JsonObject map => map[step] ?? map.Ensure(step),
            JsonArray list when Index(list, step) is { } index => list[index],
            _ => throw new EditException($"{text} can't be set: there is no {step} in what should hold it"),
        };

    private static bool Append(JsonArray list, JsonNode? value)
    {
        list.Add(value?.DeepClone());
        return true;
    }

    private IEnumerable<Place> Places(JsonNode root) => Places(root, steps.Length);

    /// <summary>Of the first steps.</summary>
    private IEnumerable<Place> Places(JsonNode root, int count)
    {
        IEnumerable<Place> at = Children(root, steps[0]);
        for (var i = 1; i < count; i++)
        {
            var step = steps[i];
            at = at.SelectMany(place => Children(place.Value, step));
        }
        return at;
    }

    private static IEnumerable<Place> Children(JsonNode? parent, string step) =>
        parent switch
        {
            JsonObject map when step == Each => [.. map.Select(m => new Place(map, m.Key, m.Value))],
            JsonObject map when map.TryGetPropertyValue(step, out var value) => [new(map, step, value)],
            JsonArray list when step == Each =>
            [
                .. list.Select((item, i) => new Place(list, i.ToString(CultureInfo.InvariantCulture), item)),
            ],
            JsonArray list when Index(list, step) is { } index => [new(list, step, list[index])],
            _ => [],
        };

    private static int? Index(JsonArray list, string step) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count ? index : null;

    private readonly record struct Place(JsonNode Parent, string Step, JsonNode? Value)
    {
        public void Remove()
        {
            if (Parent is JsonObject map)
                map.Remove(Step);
            else
                ((JsonArray)Parent).RemoveAt(int.Parse(Step, CultureInfo.InvariantCulture));
        }

        public bool Set(JsonNode? value)
        {
            if (JsonNode.DeepEquals(Value, value) && (value is not null || Parent is not JsonObject holder || holder.ContainsKey(Step)))
                return false;
            if (Parent is JsonObject map)
                map[Step] = value?.DeepClone();
            else
                ((JsonArray)Parent)[int.Parse(Step, CultureInfo.InvariantCulture)] = value?.DeepClone();
            return true;
        }
    }
}
