using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Empties a terminating namespace and lets it go; says in its conditions what holds it.</summary>
internal sealed class NamespaceTermination(ClusterObjects objects) : Controller(objects)
{
    private readonly TerminatingNames _ending = new(objects.Types.Namespaces.Table);

    public override void Observe(StoredVersion change) => _ending.Observe(change);

    public override void Act()
    {
        foreach (var ns in _ending.All)
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
            .Select(type => (type.GroupResource, Objects.All(type.Table, ns).Count))
            .Where(rest => rest.Count > 0)
            .ToArray();
        if (held.Length == 0)
            Change(path, content => content["spec"]!.AsObject().Remove("finalizers"), "finalize");
        else
            Change(path, content => content["status"]!["conditions"] = Conditions(content, held), "status");
    }

    private JsonArray Conditions(JsonObject content, (string Type, int Count)[] held)
    {
        var remaining = string.Join(", ", held.Select(rest => $"{rest.Type} has {rest.Count} resource instances"));
        var since = (string?)content["status"]!["conditions"]?[0]?["lastTransitionTime"] ?? Objects.Identifiers.Now();
        JsonNode Condition(string type, string reason, string message) =>
            new JsonObject
            {
                ["type"] = type,
                ["status"] = "True",
                ["lastTransitionTime"] = since,
                ["reason"] = reason,
                ["message"] = message,
            };
        return
        [
            Condition("NamespaceContentRemaining", "SomeResourcesRemain", $"Some resources are remaining: {remaining}"),
            Condition("NamespaceFinalizersRemaining", "SomeFinalizersRemain", "Some content in the namespace has finalizers remaining"),
        ];
    }
}
