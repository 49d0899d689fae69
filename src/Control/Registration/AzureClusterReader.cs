using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Registration;

/// <summary>Reads where a registered cluster is in Azure.</summary>
internal static class AzureClusterReader
{
    private const string Example =
        "/subscriptions/6dae42f8-4368-4678-94ff-3960e28e3630/resourceGroups/prod/providers/Microsoft.ContainerService/managedClusters/prod";

    public static AzureCluster? Read(DocumentSection section)
    {
        var id = ResourceId(section);
        var snapshots = AzureGroupReader.Read(section, "snapshotResourceGroup", "snapshots of disks are made in it");
        var disks = AzureGroupReader.Read(section, "diskResourceGroup", "disks for restored claims are made in it");
        section.RefuseUnknown();
        return id is null
            ? null
            : new()
            {
                ResourceId = id,
                SnapshotResourceGroup = snapshots,
                DiskResourceGroup = disks,
            };
    }

    private static AzureResourceId? ResourceId(DocumentSection section)
    {
        if (section.RequiredText("resourceId", "it says which resource of Azure the cluster is", Example) is not { } text)
            return null;
        if (AzureResourceId.TryParse(text, out var id) && id.IsOf(AzureCluster.Type))
            return id;
        section.Problem(
            "resourceId",
            $"'{Quoted.Short(text)}' isn't the id of an AKS cluster",
            $"its infrastructure is read from a resource of the type {AzureCluster.Type}",
            "Write what 'az aks show --query id' prints"
        );
        return null;
    }
}
