using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Merging;

/// <summary>
/// The fields that changed or disappeared between two states of an object. Metadata fields of the server have no owner and are left out.
/// </summary>
internal sealed class FieldDiff
{
    private static readonly HashSet<string> Unowned =
    [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "managedFields",
    ];

    private readonly ListShapes shapes;

    private FieldDiff(ListShapes shapes) => this.shapes = shapes;

    /// <summary>Added fields and those with another value. A new map or list counts itself in addition to its content.</summary>
    public FieldSet Changed { get; } = new();

    public FieldSet Removed { get; } = new();

    public static FieldDiff Between(JsonObject before, JsonObject after, ListShapes shapes)
    {
        var diff = new FieldDiff(shapes);
        foreach (
            var field in before
                .Select(f => f.Key)
                .Union(after.Select(f => f.Key))
                .Where(f => f is not ("metadata" or "apiVersion" or "kind"))
        )
            diff.Compare(before[field], after[field], "", field, diff.Changed.Child("f:" + field), diff.Removed.Child("f:" + field));
        var (old, now) = (before["metadata"] as JsonObject ?? [], after["metadata"] as JsonObject ?? []);
        foreach (var field in old.Select(f => f.Key).Union(now.Select(f => f.Key)).Where(f => !Unowned.Contains(f)))
        {
            diff.Compare(
                old[field],
                now[field],
                "metadata",
                field,
                diff.Changed.Child("f:metadata").Child("f:" + field),
                diff.Removed.Child("f:metadata").Child("f:" + field)
            );
        }
        return diff;
    }

    /// <summary>The fields that an applied configuration sets.</summary>
    public static FieldSet Of(JsonObject configuration, ListShapes shapes)
    {
        var diff = new FieldDiff(shapes);
        foreach (var (field, value) in configuration.Where(f => f.Key is not ("metadata" or "apiVersion" or "kind")))
            diff.Collect(value, "", field, diff.Changed.Child("f:" + field), containers: false);
        foreach (var (field, value) in (configuration["metadata"] as JsonObject ?? []).Where(f => !Unowned.Contains(f.Key)))
            diff.Collect(value, "metadata", field, diff.Changed.Child("f:metadata").Child("f:" + field), containers: false);
        return diff.Changed.Union(new FieldSet());
    }

    private void Compare(JsonNode? before, JsonNode? after, string parent, string field, FieldSet changed, FieldSet removed)
    {
        if (before is null || after is null)
        {
            if (after is not null)
                Collect(after, parent, field, changed, containers: true);
            else if (before is not null)
                Collect(before, parent, field, removed, containers: true);
        }
        else if (before is JsonObject old && after is JsonObject now)
        {
            foreach (var name in old.Select(f => f.Key).Union(now.Select(f => f.Key)))
                Compare(old[name], now[name], field, name, changed.Child("f:" + name), removed.Child("f:" + name));
        }
        else if (
            before is JsonArray oldList
            && after is JsonArray newList
            && Items(parent, field, oldList) is { } oldItems
            && Items(parent, field, newList) is { } newItems
        )
        {
            foreach (var element in oldItems.Keys.Union(newItems.Keys))
                CompareItems(
                    oldItems.GetValueOrDefault(element),
                    newItems.GetValueOrDefault(element),
                    field,
                    changed.Child(element),
                    removed.Child(element)
                );
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            changed.IsMember = true;
        }
    }

    private void CompareItems(JsonNode? before, JsonNode? after, string list, FieldSet changed, FieldSet removed)
    {
        if (before is JsonObject && after is JsonObject)
            Compare(before, after, list, list, changed, removed);
        else if (before is null)
            CollectItem(after, list, changed, containers: true);
        else if (after is null)
            CollectItem(before, list, removed, containers: true);
    }

    private void Collect(JsonNode? value, string parent, string field, FieldSet into, bool containers)
    {
        if (value is JsonObject { Count: > 0 } fields)
        {
            into.IsMember = containers;
            foreach (var (name, child) in fields)
                Collect(child, field, name, into.Child("f:" + name), containers);
        }
        else if (value is JsonArray { Count: > 0 } list && Items(parent, field, list) is { } items)
        {
            into.IsMember = containers;
            foreach (var (element, item) in items)
                CollectItem(item, field, into.Child(element), containers);
        }
        else
        {
            into.IsMember = true;
        }
    }

    private void CollectItem(JsonNode? item, string list, FieldSet into, bool containers)
    {
        into.IsMember = true;
        foreach (var (name, child) in item as JsonObject ?? [])
            Collect(child, list, name, into.Child("f:" + name), containers);
    }

    private Dictionary<string, JsonNode?>? Items(string parent, string field, JsonArray list) => shapes.Items(parent, field, list);
}
