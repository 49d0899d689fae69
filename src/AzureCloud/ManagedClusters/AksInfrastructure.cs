using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>
/// Reads what an AKS cluster runs on: the managed cluster, its agent pools, and the public addresses of its load balancers. Only reads.
/// </summary>
internal sealed class AksInfrastructure(ResourceClient azure, TimeProvider time)
{
    /// <inheritdoc cref="InfrastructureReader"/>
    public async Task<InfrastructureReading?> ReadAsync(ClusterRegistration cluster, CancellationToken cancellation)
    {
        if (cluster.Azure is not { } named)
            return null;
        var id = named.ResourceId;
        var model =
            await azure.FindAsync(id.ToString(), AksApi.Version, cancellation)
            ?? throw new CloudException(CloudFailure.NotFound, $"there is no AKS cluster {id}, or the app's identity can't see it");
        var pools = await azure.ListAsync($"{id}/agentPools", AksApi.Version, cancellation);
        var found = new Found();
        found.Add(AksApi.Clusters, AksApi.Version, model, id.ToString());
        foreach (var pool in pools)
            found.Add(AksApi.AgentPools, AksApi.Version, pool);
        var missing = await AddAddressesAsync(found, id, model, cancellation);
        return new(Profile(id, model, found), missing);
    }

    private InfrastructureProfile Profile(AzureResourceId id, JsonObject model, Found found)
    {
        var properties = model.Object("properties") ?? [];
        return new()
        {
            Provider = AksClusters.ProviderName,
            ResourceId = id.ToString(),
            Region = model.Text("location") ?? "",
            KubernetesVersion = properties.Text("currentKubernetesVersion") ?? properties.Text("kubernetesVersion") ?? "",
            ReadAt = time.GetUtcNow(),
            Resources = [.. found.Resources.Values],
            LeftOut = [.. found.LeftOut],
        };
    }

    /// <returns>What couldn't be read and why; null: nothing.</returns>
    private async Task<string?> AddAddressesAsync(Found found, AzureResourceId id, JsonObject model, CancellationToken cancellation)
    {
        try
        {
            if (model.Object("properties")?.Text("nodeResourceGroup") is { } group)
            {
                var path = $"/subscriptions/{id.Subscription}/resourceGroups/{group}/providers/{AksApi.PublicAddresses}";
                foreach (var address in await azure.ListAsync(path, AksApi.NetworkVersion, cancellation))
                    found.Add(AksApi.PublicAddresses, AksApi.NetworkVersion, address);
            }
            foreach (var named in NamedAddresses(model).Where(named => !found.Resources.ContainsKey(named)))
            {
                if (await azure.FindAsync(named, AksApi.NetworkVersion, cancellation) is { } address)
                    found.Add(AksApi.PublicAddresses, AksApi.NetworkVersion, address, named);
            }
            return null;
        }
        catch (CloudException fault) when (!fault.IsTransient)
        {
            return $"the public IP addresses of its load balancers: {fault.Message}";
        }
    }

    /// <summary>The outbound addresses of its load balancer, wherever they are.</summary>
    private static IEnumerable<string> NamedAddresses(JsonObject model)
    {
        var balancer = model.Object("properties")?.Object("networkProfile")?.Object("loadBalancerProfile") ?? [];
        return balancer
            .Objects("effectiveOutboundIPs")
            .Concat(balancer.Object("outboundIPs")?.Objects("publicIPs") ?? [])
            .Select(address => address.Text("id"))
            .OfType<string>()
            .Where(address => AzureResourceId.TryParse(address, out var parsed) && parsed.IsOf(AksApi.PublicAddresses))
            .Distinct(StringComparer.OrdinalIgnoreCase);
    }

    private sealed class Found
    {
        public Dictionary<string, InfrastructureResource> Resources { get; } = new(StringComparer.OrdinalIgnoreCase);
        public List<string> LeftOut { get; } = [];

        /// <param name="id">Null: as the model says.</param>
        public void Add(string type, string version, JsonObject model, string? id = null)
        {
            id ??= model.Text("id");
            if (id is null)
                return;
            LeftOut.AddRange(SecretMembers.TakeOut(model).Select(place => $"{id} {place}"));
            Resources[id] = new(type, id, version, model.ToElement());
        }
    }
}
