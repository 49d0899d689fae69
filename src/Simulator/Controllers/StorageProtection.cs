using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>A claim that a pod uses, and a volume that is bound, are deleted only once that ends.</summary>
internal sealed class StorageProtection(ClusterObjects objects) : Controller(objects)
{
    private readonly Dictionary<string, StoredVersion> ending = [];

    public override void Observe(StoredVersion change)
    {
        if (change.Table.GroupResource is not ("persistentvolumeclaims" or "persistentvolumes"))
            return;
        if (change.IsDeletion)
            ending.Remove(change.Uid);
        else if (change.IsTerminating)
            ending[change.Uid] = change;
    }

    public override void Act()
    {
        foreach (var deleted in ending.Values.ToArray())
        {
            var type = Objects.Types.Of(deleted.Table)!;
            if (!IsInUse(deleted))
                RemoveFinalizer(new ObjectPath(type, deleted.Namespace, deleted.Name), ServerDefaults.ProtectionFinalizer(type)!);
        }
    }

    private bool IsInUse(StoredVersion deleted) =>
        deleted.Namespace is null
            ? (string?)StoredContent.Decode(deleted)["status"]?["phase"] == "Bound"
            : Objects.All(Objects.Store.Table("pods"), deleted.Namespace).Any(pod => Uses(StoredContent.Decode(pod), deleted.Name));

    private static bool Uses(JsonObject pod, string claim) =>
        (string?)pod["status"]?["phase"] is not ("Succeeded" or "Failed")
        && pod["spec"]?["volumes"] is JsonArray volumes
        && volumes.Any(v => (string?)v!["persistentVolumeClaim"]?["claimName"] == claim);
}
