using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Merging;

/// <summary>
/// Merges an applied configuration into the live object: its fields are set, those that its manager applied before and no longer does are
/// removed unless another manager owns them, and fields that others own are conflicts. It works without a schema. Source:
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/
/// </summary>
internal sealed class ServerSideApply(ListShapes shapes)
{
    /// <returns>The conflicts, unless the apply is forced: the other manager and its fields that would change.</returns>
    public IReadOnlyList<(FieldOwner Owner, FieldSet Fields)> Conflicts(
        JsonObject live,
        JsonObject merged,
        ManagedFields managed,
        FieldOwner manager
    )
    {
        var changed = FieldDiff.Between(live, merged, shapes).Changed;
        return
        [
            .. managed
                .Others(manager)
                .Select(other => (other.Manager, other.Fields.Intersect(changed)))
                .Where(conflict => !conflict.Item2.IsEmpty),
        ];
    }

    public JsonObject Merge(JsonObject live, JsonObject configuration) => Merge(live, configuration, "", "")!.AsObject();

    /// <summary>Removes fields that the manager's last configuration had, this one doesn't, and no other manager owns.</summary>
    public void Prune(JsonObject merged, FieldSet last, FieldSet applied, IEnumerable<FieldSet> others) =>
        Prune(merged, last.Except(applied), others.Aggregate(applied, (kept, other) => kept.Union(other)), "", "");

    private JsonNode? Merge(JsonNode? live, JsonNode? applied, string parent, string field)
    {
        if (live is JsonObject old && applied is JsonObject fields)
        {
            var result = old.DeepClone().AsObject();
            foreach (var (name, value) in fields)
                result[name] = Merge(old[name], value, field, name);
            return result;
        }
        if (
            live is JsonArray oldList
            && applied is JsonArray list
            && shapes.Items(parent, field, oldList) is { } items
            && shapes.Items(parent, field, list) is { } newItems
        )
        {
            var result = new JsonArray();
            foreach (var (element, item) in items)
                result.Add(newItems.Remove(element, out var change) ? Merge(item, change, field, field) : item?.DeepClone());
            foreach (var item in newItems.Values)
                result.Add(item?.DeepClone());
            return result;
        }
        return applied?.DeepClone();
    }

    private void Prune(JsonNode? value, FieldSet gone, FieldSet? kept, string parent, string field)
    {
        foreach (var (element, dropped) in gone.Children)
        {
            var keep = kept?.Find(element);
            if (value is JsonObject fields && element.StartsWith("f:", StringComparison.Ordinal))
                PruneField(fields, element[2..], dropped, keep, field);
            else if (value is JsonArray list && shapes.Items(parent, field, list) is { } items && items.TryGetValue(element, out var item))
                PruneItem(list, item, dropped, keep, field);
        }
    }

    private void PruneField(JsonObject fields, string name, FieldSet dropped, FieldSet? keep, string parent)
    {
        if (dropped.IsMember && keep is null)
        {
            fields.Remove(name);
            return;
        }
        Prune(fields[name], dropped, keep, parent, name);
        if (keep is null && fields[name] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
            fields.Remove(name);
    }

    private void PruneItem(JsonArray list, JsonNode? item, FieldSet dropped, FieldSet? keep, string field)
    {
        if (dropped.IsMember && keep is null)
            list.Remove(item);
        else
            Prune(item, dropped, keep, field, field);
    }
}
