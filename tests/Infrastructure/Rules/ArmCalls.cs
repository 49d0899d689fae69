using System.Collections.Immutable;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>A place in <c>src/AzureCloud</c> that asks Azure Resource Manager, and the actions that this needs.</summary>
/// <param name="File">Below <c>src/AzureCloud</c>.</param>
/// <param name="Call">How the call begins, as often as it stands there.</param>
/// <param name="Actions">What the role needs for it.</param>
internal sealed record ArmCall(string File, string Call, params string[] Actions);

/// <summary>All of them. A new call has to be added here, and its actions to infra/shared/roles.json.</summary>
internal static class ArmCalls
{
    private const string Compute = "Microsoft.Compute";
    private const string Clusters = "Microsoft.ContainerService/managedClusters";

    public static readonly ImmutableArray<ArmCall> All =
    [
        // Any disk or snapshot by its id.
        new("Disks/DiskResources.cs", "client.FindAsync(id, Version", $"{Compute}/disks/read", $"{Compute}/snapshots/read"),
        new("Disks/DiskResources.cs", "client.ListAsync($\"{group}/providers/{SnapshotType}\"", $"{Compute}/snapshots/read"),
        // A snapshot of a disk, or of a snapshot in another region, whose content Azure reads for whoever asks.
        new(
            "Disks/DiskResources.cs",
            "client.PutAsync(\n            id.ToString(),",
            $"{Compute}/snapshots/write",
            $"{Compute}/disks/beginGetAccess/action",
            $"{Compute}/snapshots/beginGetAccess/action"
        ),
        new("Disks/DiskResources.cs", "client.PutAsync(id.ToString(), Version, body", $"{Compute}/disks/write"),
        new("Disks/DiskResources.cs", "client.DeleteAsync(id, Version", $"{Compute}/snapshots/delete", $"{Compute}/disks/delete"),
        new("Disks/DiskResources.cs", "client.PostAsync(id, \"beginGetAccess\"", $"{Compute}/snapshots/beginGetAccess/action"),
        new(
            "Disks/DiskResources.cs",
            "client.PostAsync(id, \"endGetAccess\"",
            $"{Compute}/snapshots/endGetAccess/action",
            $"{Compute}/disks/endGetAccess/action"
        ),
        // Accounts are found where an image is used, and asked how they protect the vault.
        new(
            "Disks/ImageSources.cs",
            "client.ListAsync($\"/subscriptions/{subscription}/providers/{AccountType}\"",
            "Microsoft.Storage/storageAccounts/read"
        ),
        new("Resources/AccountTraits.cs", "client.FindAsync(account.ToString()", "Microsoft.Storage/storageAccounts/read"),
        new(
            "Resources/AccountTraits.cs",
            "client.FindAsync($\"{account}/blobServices/default\"",
            "Microsoft.Storage/storageAccounts/blobServices/read"
        ),
        new("ManagedClusters/AksInfrastructure.cs", "azure.FindAsync(id.ToString()", $"{Clusters}/read"),
        new("ManagedClusters/AksInfrastructure.cs", "azure.ListAsync($\"{id}/agentPools\"", $"{Clusters}/agentPools/read"),
        new(
            "ManagedClusters/AksInfrastructure.cs",
            "azure.ListAsync(path, AksApi.NetworkVersion",
            "Microsoft.Network/publicIPAddresses/read"
        ),
        new(
            "ManagedClusters/AksInfrastructure.cs",
            "azure.FindAsync(named, AksApi.NetworkVersion",
            "Microsoft.Network/publicIPAddresses/read"
        ),
        new("ManagedClusters/AksKubeconfig.cs", "azure.PostAsync(", $"{Clusters}/listClusterUserCredential/action"),
        new("ManagedClusters/AksClusters.cs", "azure.FindAsync(place.Id.ToString()", $"{Clusters}/read"),
        new("ManagedClusters/AksClusters.cs", "azure.FindAsync(id.ToString()", $"{Clusters}/read"),
        new("ManagedClusters/AksClusters.cs", "azure.FindAsync(plan.ResourceId!", $"{Clusters}/read"),
        new("ManagedClusters/AksClusters.cs", "azure.FindAsync(id.GroupPath", "Microsoft.Resources/subscriptions/resourceGroups/read"),
        // The group that is to be there: making groups would need a right on the subscription.
        new("ManagedClusters/AksClusters.cs", "azure.PutAsync(id.GroupPath"),
        // With its mapped subnets and identities, which Azure checks that the caller may use.
        new(
            "ManagedClusters/AksClusters.cs",
            "azure.PutAsync(id.ToString()",
            $"{Clusters}/write",
            "Microsoft.Network/virtualNetworks/subnets/join/action",
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
        ),
        new(
            "ManagedClusters/AksClusters.cs",
            "azure.FindAsync(path, AksApi.Version",
            "Microsoft.ContainerService/locations/kubernetesVersions/read"
        ),
    ];
}
