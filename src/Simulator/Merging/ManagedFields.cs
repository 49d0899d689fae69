using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Merging;

/// <summary>A field manager: each one has an entry in <c>managedFields</c>.</summary>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="Subresource">Empty for the object itself.</param>
internal sealed record FieldOwner(string Name, string Operation, string ApiVersion, string Subresource);

/// <summary>An object's <c>metadata.managedFields</c>: which manager owns which fields.</summary>
internal sealed class ManagedFields
{
    private readonly Dictionary<FieldOwner, (FieldSet Fields, string Time)> entries = [];

    private ManagedFields() { }

    public static ManagedFields Of(JsonObject content)
    {
        var managed = new ManagedFields();
        foreach (var entry in (content["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Where(e => e.Count > 0))
        {
            var manager = new FieldOwner(
                Text(entry, "manager"),
                Text(entry, "operation"),
                Text(entry, "apiVersion"),
                Text(entry, "subresource")
            );
            managed.entries[manager] = (FieldSet.Parse(entry["fieldsV1"]), Text(entry, "time"));
        }
        return managed;
    }

    public FieldSet FieldsOf(FieldOwner manager) => entries.TryGetValue(manager, out var entry) ? entry.Fields : new FieldSet();

    public IEnumerable<(FieldOwner Manager, FieldSet Fields)> Others(FieldOwner manager) =>
        entries.Where(entry => entry.Key != manager).Select(entry => (entry.Key, entry.Value.Fields));

    public bool SetEquals(ManagedFields other) =>
        entries.Count == other.entries.Count
        && entries.All(entry => other.entries.TryGetValue(entry.Key, out var theirs) && entry.Value.Fields.SetEquals(theirs.Fields));

    /// <summary>An update or a forced apply: the manager becomes the only owner of the fields.</summary>
    public void Take(FieldOwner manager, FieldSet fields, FieldSet lost, string time)
    {
        foreach (var (other, owned) in Others(manager).ToArray())
            Set(other, owned.Except(lost), entries[other].Time);
        if (!fields.SetEquals(FieldsOf(manager)) || lost.Intersect(fields) is { IsEmpty: false })
            Set(manager, fields, time);
    }

    public void WriteTo(JsonObject content)
    {
        var list = new JsonArray();
        foreach (
            var (manager, (fields, time)) in entries
                .OrderBy(e => e.Key.Operation, StringComparer.Ordinal)
                .ThenBy(e => e.Value.Time, StringComparer.Ordinal)
                .ThenBy(e => e.Key.Name, StringComparer.Ordinal)
        )
            list.Add((JsonNode)Entry(manager, fields, time));
        var metadata = content["metadata"]!.AsObject();
        metadata.Remove("managedFields");
        if (list.Count > 0)
            metadata["managedFields"] = list;
    }

    private void Set(FieldOwner manager, FieldSet fields, string time)
    {
        if (fields.IsEmpty)
            entries.Remove(manager);
        else
            entries[manager] = (fields, time);
    }

    private static JsonObject Entry(FieldOwner manager, FieldSet fields, string time)
    {
        var entry = new JsonObject
        {
            ["manager"] = manager.Name,
            ["operation"] = manager.Operation,
            ["apiVersion"] = manager.ApiVersion,
            ["time"] = time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = fields.ToJson(),
        };
        if (manager.Subresource.Length > 0)
            entry["subresource"] = manager.Subresource;
        return entry;
    }

    private static string Text(JsonObject entry, string field) => (string?)entry[field] ?? "";
}
