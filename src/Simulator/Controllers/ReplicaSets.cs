using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Gives each ReplicaSet its pods, which run and are ready from the start.</summary>
internal sealed class ReplicaSets(ClusterObjects objects, OwnerIndex owners)
    : OwningController(objects, owners, objects.Types.Get("apps", "replicasets"), objects.Types.Get("", "pods"))
{
    protected override void Sync(StoredVersion parent, JsonObject content, StoredVersion[] children)
    {
        if (content["spec"]?["template"] is not JsonObject template)
            return;
        var wanted = Replicas(content);
        foreach (var surplus in children.Skip(wanted))
            Try(() => Objects.Deleter.Delete(new ObjectPath(ChildType, surplus.Namespace, surplus.Name), new DeleteOptions(surplus.Uid)));
        for (var i = children.Length; i < wanted; i++)
        {
            var pod = template.DeepClone().AsObject();
            var metadata = ObjectRules.MetadataOf(pod);
            metadata["generateName"] = parent.Name + "-";
            if (CreateChild(parent, pod) is { } created)
                Change(new ObjectPath(ChildType, created.Namespace, created.Name), Run, "status");
        }
        ReportStatus(
            parent,
            status =>
            {
                foreach (var field in (ReadOnlySpan<string>)["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"])
                    status[field] = wanted;
            }
        );
    }

    private void Run(JsonObject pod)
    {
        var now = Objects.Identifiers.Now();
        var address = $"10.244.0.{2 + Objects.Identifiers.Next(250)}";
        pod["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray(
                Condition("Initialized"),
                Condition("Ready"),
                Condition("ContainersReady"),
                Condition("PodScheduled")
            ),
            ["podIP"] = address,
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address }),
            ["startTime"] = now,
        };

        JsonObject Condition(string type) =>
            new()
            {
                ["type"] = type,
                ["status"] = "True",
                ["lastTransitionTime"] = now,
            };
    }
}
