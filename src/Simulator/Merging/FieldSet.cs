using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Merging;

/// <summary>
/// A set of fields of an object, as <c>fieldsV1</c> writes it: a tree of <c>f:name</c>, <c>k:{"key":"value"}</c> (a list's item) and
/// <c>v:"value"</c> (a set's element). A node is a member if the field itself is in the set.
/// </summary>
internal sealed class FieldSet
{
    private const string Self = ".";

    private readonly SortedDictionary<string, FieldSet> children = new(StringComparer.Ordinal);

    public bool IsMember { get; set; }

    public IReadOnlyDictionary<string, FieldSet> Children => children;

    public bool IsEmpty => !IsMember && children.Count == 0;

    public FieldSet? Find(string element) => children.GetValueOrDefault(element);

    public FieldSet Child(string element)
    {
        if (!children.TryGetValue(element, out var child))
            children.Add(element, child = new FieldSet());
        return child;
    }

    public static FieldSet Parse(JsonNode? fields)
    {
        var set = new FieldSet();
        foreach (var (element, value) in fields as JsonObject ?? [])
        {
            if (element == Self)
                set.IsMember = true;
            else
                set.children[element] = value is JsonObject { Count: > 0 } ? Parse(value) : new FieldSet { IsMember = true };
        }
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && children.Count > 0)
            json[Self] = new JsonObject();
        foreach (var (element, child) in children)
            json[element] = child.ToJson();
        return json;
    }

    public FieldSet Union(FieldSet other) => Combine(this, other, static (mine, theirs) => mine || theirs);

    public FieldSet Except(FieldSet other) => Combine(this, other, static (mine, theirs) => mine && !theirs);

    public FieldSet Intersect(FieldSet other) => Combine(this, other, static (mine, theirs) => mine && theirs);

    public bool SetEquals(FieldSet other) =>
        IsMember == other.IsMember
        && children.Count == other.children.Count
        && children.All(child => other.Find(child.Key) is { } theirs && child.Value.SetEquals(theirs));

    /// <summary>Members in the form of messages: <c>.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
            yield return prefix;
        foreach (var path in children.SelectMany(child => child.Value.Paths(prefix + Readable(child.Key))))
            yield return path;
    }

    private static string Readable(string element)
    {
        if (element.StartsWith("f:", StringComparison.Ordinal))
            return "." + element[2..];
        if (element.StartsWith("v:", StringComparison.Ordinal))
            return $"[={element[2..]}]";
        var text = new StringBuilder("[");
        foreach (var (key, value) in JsonNode.Parse(element[2..])!.AsObject())
            text.Append(text.Length > 1 ? "," : "").Append(key).Append('=').Append(value?.ToJsonString());
        return text.Append(']').ToString();
    }

    private static FieldSet Combine(FieldSet? mine, FieldSet? theirs, Func<bool, bool, bool> member)
    {
        var result = new FieldSet { IsMember = member(mine?.IsMember ?? false, theirs?.IsMember ?? false) };
        foreach (
            var element in (mine?.children.Keys ?? Enumerable.Empty<string>()).Union(theirs?.children.Keys ?? Enumerable.Empty<string>())
        )
        {
            var child = Combine(mine?.Find(element), theirs?.Find(element), member);
            if (!child.IsEmpty)
                result.children.Add(element, child);
        }
        return result;
    }
}
