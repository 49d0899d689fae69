using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>
/// What Azure is asked for to make a cluster like the profile's: its model without what Azure decides itself, in another region, with other
/// resources in place of those that it used. Pure.
/// </summary>
/// <remarks>
/// Which members are read-only, and which can't be given for a new cluster, is from the contract that <see cref="AksApi"/> names and from
/// https://learn.microsoft.com/azure/aks/configure-azure-cni and .../use-managed-identity.
/// </remarks>
internal sealed class AksBody
{
    /// <summary>Resources that a cluster can use in their own region only.</summary>
    private static readonly string[] Regional =
    [
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/publicIPAddresses",
        "Microsoft.Network/publicIPPrefixes",
        "Microsoft.Network/natGateways",
        "Microsoft.Compute/diskEncryptionSets",
        "Microsoft.Compute/proximityPlacementGroups",
        "Microsoft.Compute/capacityReservationGroups",
        "Microsoft.Compute/hostGroups",
        "Microsoft.ContainerService/snapshots",
    ];

    private readonly List<string> notes = [];
    private readonly List<string> problems = [];

    private AksBody(JsonObject body) => Body = body;

    public JsonObject Body { get; }

    /// <summary>How it differs, and what a person has to see to.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>Why it can't be made so.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>How many nodes it begins with.</summary>
    public int Nodes => Pools.Sum(p => p.Flag("enableAutoScaling") ? p.Number("minCount") ?? 1 : p.Number("count") ?? 1);

    private JsonObject Properties => (JsonObject)Body["properties"]!;

    private JsonObject? Kubelet => Properties.Object("identityProfile")?.Object("kubeletidentity");

    private IEnumerable<JsonObject> Pools => Properties.Objects("agentPoolProfiles");

    public static AksBody Of(InfrastructureProfile profile, NewClusterRequest request, string region, string version, string origin)
    {
        var model = profile.Resources.FirstOrDefault(r => r.Type == AksApi.Clusters && r.Id == profile.ResourceId)?.Model.ToObject() ?? [];
        var made = new AksBody(Beginning(model, region, origin));
        if (model.Count == 0)
            made.problems.Add($"the profile doesn't describe {profile.ResourceId} as a resource of the type {AksApi.Clusters}");
        made.TakePools(profile, version);
        made.TakeOutSecrets();
        made.DropReadOnly(request.Name.ToString(), version);
        made.ReplaceIdentity(model);
        made.DropPasswords();
        made.MapResources(new(request.Resources), isElsewhere: !IsSame(region, profile.Region));
        return made;
    }

    private static JsonObject Beginning(JsonObject model, string region, string origin)
    {
        var tags = model.Object("tags")?.DeepClone() as JsonObject ?? [];
        tags[AksClusters.OriginTag] = origin;
        var body = new JsonObject
        {
            ["location"] = region,
            ["tags"] = tags,
            ["properties"] = model.Object("properties")?.DeepClone() ?? new JsonObject(),
        };
        foreach (var member in new[] { "sku", "kind", "extendedLocation" })
        {
            if (model[member] is { } value)
                body[member] = value.DeepClone();
        }
        return body;
    }

    /// <summary>Pools as resources of their own say more than the cluster's model does.</summary>
    private void TakePools(InfrastructureProfile profile, string version)
    {
        var pools = new JsonArray();
        foreach (var pool in profile.Resources.Where(r => r.Type == AksApi.AgentPools).Select(r => r.Model.ToObject()))
        {
            var taken = pool.Object("properties")?.DeepClone() as JsonObject ?? [];
            taken["name"] = pool.Text("name");
            pools.Add((JsonNode)taken);
        }
        if (pools.Count > 0)
            Properties["agentPoolProfiles"] = pools;
        foreach (var pool in Pools)
        {
            pool.Remove("provisioningState", "powerState", "currentOrchestratorVersion", "nodeImageVersion", "eTag", "etag", "status");
            pool.Remove("virtualMachineNodesStatus");
            pool["orchestratorVersion"] = version;
        }
        if (!Pools.Any())
            problems.Add("the profile has no agent pool: add one to its resources");
    }

    /// <summary>A profile of a point has none; one that a person edited may.</summary>
    private void TakeOutSecrets() =>
        notes.AddRange(
            SecretMembers.TakeOut(Body).Select(place => $"{place} may be a secret, and isn't taken over: set it when the cluster is there")
        );

    private void DropReadOnly(string name, string version)
    {
        var properties = Properties;
        properties.Remove("provisioningState", "powerState", "maxAgentPools", "fqdn", "azurePortalFQDN", "privateFQDN", "status");
        properties.Remove("currentKubernetesVersion", "resourceUID", "nodeResourceGroup", "privateLinkResources", "fqdnSubdomain");
        properties["kubernetesVersion"] = version;
        properties["dnsPrefix"] = name;
        (properties.Object("oidcIssuerProfile") ?? []).Remove("issuerURL");
        (properties.Object("ingressProfile")?.Object("webAppRouting") ?? []).Remove("identity");
        foreach (var addOn in (properties.Object("addonProfiles") ?? []).Select(a => a.Value).OfType<JsonObject>())
            addOn.Remove("identity");
        var network = properties.Object("networkProfile") ?? [];
        (network.Object("loadBalancerProfile") ?? []).Remove("effectiveOutboundIPs");
        (network.Object("natGatewayProfile") ?? []).Remove("effectiveOutboundIPs");
    }

    private void ReplaceIdentity(JsonObject model)
    {
        var principal = Properties.Object("servicePrincipalProfile")?.Text("clientId");
        Properties.Remove("servicePrincipalProfile");
        var identity = model.Object("identity");
        if (identity?.Object("userAssignedIdentities") is { } assigned)
        {
            var named = new JsonObject();
            foreach (var (id, _) in assigned)
                named[id] = new JsonObject();
            Body["identity"] = new JsonObject { ["type"] = "UserAssigned", ["userAssignedIdentities"] = named };
        }
        else
        {
            Body["identity"] = new JsonObject { ["type"] = "SystemAssigned" };
            if (identity is null && principal is not null and not "msi")
                notes.Add("the cluster signed in as a service principal, whose secret isn't known: the new one has an identity of its own");
        }
        DropGeneratedKubeletIdentity(model);
        notes.Add(
            "what the cluster's identities may do isn't in the profile: roles on networks, registries and vaults have to be assigned"
        );
    }

    /// <summary>One that Azure made beside the nodes is made again.</summary>
    private void DropGeneratedKubeletIdentity(JsonObject model)
    {
        var nodes = model.Object("properties")?.Text("nodeResourceGroup");
        var isOwn =
            AzureResourceId.TryParse(Kubelet?.Text("resourceId"), out var id)
            && !string.Equals(id.ResourceGroup, nodes, StringComparison.OrdinalIgnoreCase);
        if (!isOwn)
            Properties.Remove("identityProfile");
    }

    private void DropPasswords()
    {
        if (Properties.Object("windowsProfile") is null)
            return;
        Properties.Remove("windowsProfile");
        notes.Add("Windows nodes get an administrator whom Azure makes: the password of the old one isn't known");
    }

    private void MapResources(ResourceMap map, bool isElsewhere)
    {
        var kubelet = Kubelet?.Text("resourceId");
        var left = map.Apply(Body);
        if (Kubelet?.Text("resourceId") != kubelet)
            Kubelet!.Remove("clientId", "objectId");
        if (!isElsewhere)
            return;
        DropSnapshotsOfNodes();
        if (Properties.Object("networkProfile")?.Object("loadBalancerProfile") is { } balancer && DropsOutbound(balancer, left))
            left = [.. left.Where(l => !l.Place.Contains("loadBalancerProfile", StringComparison.Ordinal))];
        foreach (var (place, id) in left.Where(l => !l.Place.EndsWith("creationData.sourceResourceId", StringComparison.Ordinal)))
        {
            if (IsRegional(id))
                problems.Add($"{place} is {id}, which can be used in its own region only: name what stands for it there (resources)");
            else
                notes.Add($"{place} stays {id}, which has to exist and be reachable from the new region");
        }
        if (Pools.Any(p => p["availabilityZones"] is JsonArray { Count: > 0 }))
            notes.Add("the pools keep their availability zones, which the new region may not have");
    }

    /// <summary>Addresses of the old region are replaced by as many that Azure makes.</summary>
    private bool DropsOutbound(JsonObject balancer, IReadOnlyList<(string Place, string Id)> left)
    {
        if (!left.Any(l => l.Place.Contains("loadBalancerProfile", StringComparison.Ordinal)))
            return false;
        var count = Math.Max(1, balancer.Object("outboundIPs")?.Objects("publicIPs").Count() ?? 1);
        balancer.Remove("outboundIPs", "outboundIPPrefixes");
        balancer["managedOutboundIPs"] = new JsonObject { ["count"] = count };
        notes.Add($"the outbound addresses of the load balancer stay in the old region: the new cluster gets {count} others");
        return true;
    }

    private void DropSnapshotsOfNodes()
    {
        foreach (var pool in Pools.Where(p => p.Object("creationData")?.Text("sourceResourceId") is not null))
            pool.Remove("creationData");
    }

    private static bool IsRegional(string id) =>
        AzureResourceId.TryParse(id, out var parsed)
        && Array.Exists(Regional, type => parsed.Type.StartsWith(type, StringComparison.OrdinalIgnoreCase));

    /// <summary><c>West Europe</c> and <c>westeurope</c> are the same.</summary>
    private static bool IsSame(string a, string b) =>
        string.Equals(
            a.Replace(" ", "", StringComparison.Ordinal),
            b.Replace(" ", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase
        );
}
