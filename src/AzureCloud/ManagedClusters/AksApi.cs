namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>The contracts that are used of Azure, by type and version.</summary>
/// <remarks>
/// https://github.com/Azure/azure-rest-api-specs: specification/containerservice (aks, stable/2025-08-01), specification/network
/// (stable/2024-05-01), specification/resources (stable/2021-04-01).
/// </remarks>
internal static class AksApi
{
    public const string Clusters = "Microsoft.ContainerService/managedClusters";
    public const string AgentPools = Clusters + "/agentPools";
    public const string PublicAddresses = "Microsoft.Network/publicIPAddresses";

    /// <summary>Of Microsoft.ContainerService.</summary>
    public const string Version = "2025-08-01";

    /// <summary>Of Microsoft.Network.</summary>
    public const string NetworkVersion = "2024-05-01";

    /// <summary>Of resource groups.</summary>
    public const string GroupVersion = "2021-04-01";
}
