using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Seeding;

/// <summary>
/// A small shop in the namespaces <c>shop</c> and <c>platform</c>, as a GitOps tool applied it and controllers filled it: workloads,
/// services, RBAC, secrets, a bound volume, and a custom resource that represents an external database and owns the Secret with its
/// credentials. Owners' uids are filled in; statuses are written as a controller would.
/// </summary>
internal static class SampleApplication
{
    private const string Applier = "gitops";
    private const string Operator = "database-operator";

    private static readonly string[] Files = ["cluster.json", "platform.json", "shop.json"];

    public static void Seed(ClusterObjects objects)
    {
        foreach (var manifest in Files.SelectMany(Read))
            Seed(objects, manifest);
    }

    private static void Seed(ClusterObjects objects, JsonObject manifest)
    {
        var metadata = manifest["metadata"]!.AsObject();
        var type = objects.TypeOf(manifest);
        var path = new ObjectPath(type, (string?)metadata["namespace"], (string)metadata["name"]!);
        var status = manifest["status"]?.DeepClone();
        foreach (var owner in metadata["ownerReferences"] as JsonArray ?? [])
            owner!["uid"] = UidOf(objects, path.Namespace, owner.AsObject());
        objects.Writer.Apply(path, manifest, new WriteContext(metadata["ownerReferences"] is null ? Applier : Operator), force: false);
        if (status is null || !type.Has(Traits.Status))
            return;
        objects.Writer.Update(
            path,
            new WriteContext(Operator, "status"),
            live =>
            {
                var next = live.DeepClone().AsObject();
                next["status"] = status.DeepClone();
                return next;
            }
        );
    }

    private static string UidOf(ClusterObjects objects, string? ns, JsonObject owner) =>
        objects.Find(objects.TypeOf(owner), ns, (string)owner["name"]!)!.Uid;

    private static IEnumerable<JsonObject> Read(string file)
    {
        using var stream = typeof(SampleApplication).Assembly.GetManifestResourceStream(file)!;
        foreach (var manifest in JsonNode.Parse(stream)!.AsArray())
            yield return manifest!.AsObject();
    }
}
