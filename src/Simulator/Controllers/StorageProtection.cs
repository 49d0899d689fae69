using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>A claim that a pod uses, and a volume that is bound, are deleted only when that ends.</summary>
internal sealed class StorageProtection(ClusterObjects objects) : Controller(objects)
{
    private readonly Dictionary<string, StoredVersion> _ending = [];

    public override void Observe(StoredVersion change)
    {
        if (change.Table.GroupResource is not ("persistentvolumeclaims" or "persistentvolumes"))
            return;
        if (change.IsDeletion)
            _ending.Remove(change.Uid);
        else if (change.IsTerminating)
            _ending[change.Uid] = change;
    }

    public override void Act()
    {
        foreach (var ending in _ending.Values.ToArray())
        {
            var type = Objects.Types.Of(ending.Table)!;
            if (!IsInUse(ending))
                RemoveFinalizer(new ObjectPath(type, ending.Namespace, ending.Name), ServerDefaults.ProtectionFinalizer(type)!);
        }
    }

    private bool IsInUse(StoredVersion ending) =>
        ending.Namespace is null
            ? (string?)StoredContent.Decode(ending)["status"]?["phase"] == "Bound"
            : Objects.All(Objects.Store.Table("pods"), ending.Namespace).Any(pod => Uses(StoredContent.Decode(pod), ending.Name));

    private static bool Uses(JsonObject pod, string claim) =>
        (string?)pod["status"]?["phase"] is not ("Succeeded" or "Failed")
        && pod["spec"]?["volumes"] is JsonArray volumes
        && volumes.Any(v => (string?)v!["persistentVolumeClaim"]?["claimName"] == claim);
}
