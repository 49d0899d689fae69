using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Empties a terminating namespace and removes it; its conditions say what blocks it.</summary>
internal sealed class NamespaceTermination(ClusterObjects objects) : Controller(objects)
{
    private readonly TerminatingNames ending = new(objects.Types.Namespaces.Table);

    public override void Observe(StoredVersion change) => ending.Observe(change);

    public override void Act()
    {
        foreach (var ns in ending.All)
        {
            foreach (var type in Objects.Types.All.Where(t => t.Namespaced).DistinctBy(t => t.Table))
            {
                foreach (var item in Objects.All(type.Table, ns).Where(item => !item.IsTerminating))
                    Try(() =>
                        Objects.Deleter.Delete(new ObjectPath(type, ns, item.Name), new DeleteOptions(item.Uid, Propagation: "Background"))
                    );
            }
            Release(ns);
        }
    }

    private void Release(string ns)
    {
        var path = new ObjectPath(Objects.Types.Namespaces, null, ns);
        var held = Objects
            .Types.All.Where(t => t.Namespaced)
            .DistinctBy(t => t.Table)
            .Select(type => new Remaining(type.GroupResource, [.. Objects.All(type.Table, ns)]))
            .Where(rest => rest.Items.Length > 0)
            .ToArray();
        if (held.Length == 0)
            Change(path, content => content["spec"]!.AsObject().Remove("finalizers"), "finalize");
        else
            Change(path, content => content["status"]!["conditions"] = Conditions(content, held), "status");
    }

    private JsonArray Conditions(JsonObject content, Remaining[] held)
    {
        var resources = held.Select(rest => $"{rest.GroupResource} has {rest.Items.Length} resource instances");
        var finalizers = held.SelectMany(rest => rest.Items)
            .SelectMany(item => ObjectRules.Finalizers(StoredContent.Decode(item)["metadata"]!.AsObject()))
            .CountBy(f => f)
            .Select(f => $"{f.Key} in {f.Value} resource instances")
            .Order(StringComparer.Ordinal)
            .ToArray();
        var since = (string?)content["status"]!["conditions"]?[0]?["lastTransitionTime"] ?? Objects.Identifiers.Now();
        return
        [
            Condition("NamespaceContentRemaining", "SomeResourcesRemain", "Some resources are remaining", resources),
            finalizers is []
                ? Condition("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished", [])
                : Condition(
                    "NamespaceFinalizersRemaining",
                    "SomeFinalizersRemain",
                    "Some content in the namespace has finalizers remaining",
                    finalizers
                ),
        ];

        JsonNode Condition(string type, string reason, string summary, IEnumerable<string> items) =>
            new JsonObject
            {
                ["type"] = type,
                ["status"] = items.Any() ? "True" : "False",
                ["lastTransitionTime"] = since,
                ["reason"] = reason,
                ["message"] = items.Any() ? $"{summary}: {string.Join(", ", items)}" : summary,
            };
    }

    private sealed record Remaining(string GroupResource, ImmutableArray<StoredVersion> Items);
}
