using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Kubernetes;

/// <summary>
/// Microsoft.ContainerService/managedClusters 2025-08-01, as far as clusters are read, made and asked for credentials; with the agent
/// pools, the resource group of the nodes and the outbound address that making one brings along.
/// </summary>
/// <remarks>
/// https://github.com/Azure/azure-rest-api-specs, specification/containerservice (aks, stable/2025-08-01: managedClusters.json and its
/// examples). A failure stands in <c>properties.status.provisioningError</c>, as the contract has it. Codes of refusals that aren't
/// published are those that Azure's troubleshooting pages name:
/// https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/welcome-azure-kubernetes
/// </remarks>
public sealed class ManagedClusters : ArmType
{
    public const string Version = "2025-08-01";

    public override string Type => "Microsoft.ContainerService/managedClusters";

    public override IReadOnlyList<string> ApiVersions => [Version];

    /// <summary>What a region offers.</summary>
    public OfferedVersions Offered { get; init; } = new();

    /// <summary>The kubeconfig of a cluster that was made, by its id; null: there is none yet.</summary>
    public Func<string, string?> KubeconfigOf { get; set; } = _ => null;

    /// <summary>Called when a cluster has been made, with its id.</summary>
    public Action<string>? OnMade { get; set; }

    protected override void Accept(ArmRequest request, JsonObject wanted, JsonObject? existing)
    {
        if (existing is not null && (string?)Properties(existing)["provisioningState"] is "Creating" or "Updating" or "Deleting")
            throw new ArmException(
                409,
                "OperationNotAllowed",
                $"Operation is not allowed because there's an in progress operation on the managed cluster {request.Id.Name}."
            );
        var properties = Properties(wanted);
        var pools = (properties["agentPoolProfiles"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (!pools.Exists(p => (string?)p["mode"] == "System"))
            throw Invalid("agentPoolProfiles", "a cluster has at least one system pool");
        if ((string?)properties["dnsPrefix"] is null && (string?)properties["fqdnSubdomain"] is null)
            throw Invalid("dnsPrefix", "it is required");
        if (wanted["identity"] is null && properties["servicePrincipalProfile"] is null)
            throw Invalid("identity", "a cluster has an identity or a service principal");
        RequireReadOnlyLeftOut(properties);
        RequireVersions(wanted, pools);
    }

    protected override void Made(JsonObject resource)
    {
        var (id, properties) = ((string)resource["id"]!, Properties(resource));
        var (subscription, group) = (id.Split('/')[2], id.Split('/')[4]);
        var nodes = (string?)properties["nodeResourceGroup"] ?? $"MC_{group}_{resource["name"]}_{Region(resource)}";
        properties["nodeResourceGroup"] = nodes;
        properties["currentKubernetesVersion"] = properties["kubernetesVersion"]?.DeepClone();
        properties["fqdn"] = $"{properties["dnsPrefix"]}-0a1b2c3d.hcp.{Region(resource)}.azmk8s.io";
        properties["maxAgentPools"] = 100;
        properties["powerState"] = new JsonObject { ["code"] = "Running" };
        var groupId = Server.AddGroup(subscription, nodes, Region(resource));
        foreach (var pool in properties["agentPoolProfiles"]!.AsArray().OfType<JsonObject>())
            AddPool(id, pool);
        var address = $"{groupId}/providers/{PublicAddresses.TypeName}/outbound-{resource["name"]}";
        PublicAddresses.Put(Server, address, Region(resource), "20.0.0.1");
        Balancer(properties)["effectiveOutboundIPs"] = new JsonArray(new JsonObject { ["id"] = address });
        properties.Remove("status");
        OnMade?.Invoke(id);
    }

    protected override void Failed(JsonObject resource, ArmException failure) =>
        Properties(resource)["status"] = new JsonObject
        {
            ["provisioningError"] = new JsonObject { ["code"] = failure.Code, ["message"] = failure.Message },
        };

    protected override ArmReply Post(ArmRequest request, JsonObject existing, string action)
    {
        if (!action.Equals("listClusterUserCredential", StringComparison.OrdinalIgnoreCase))
            return base.Post(request, existing, action);
        var kubeconfig =
            KubeconfigOf((string)existing["id"]!)
            ?? throw new ArmException(409, "OperationNotAllowed", "The managed cluster isn't in a state in which it has credentials.");
        return ArmReply.Ok(
            new JsonObject
            {
                ["kubeconfigs"] = new JsonArray(
                    new JsonObject { ["name"] = "clusterUser", ["value"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(kubeconfig)) }
                ),
            }
        );
    }

    private void AddPool(string id, JsonObject pool)
    {
        pool["provisioningState"] = "Succeeded";
        pool["currentOrchestratorVersion"] = pool["orchestratorVersion"]?.DeepClone();
        var properties = Clone(pool);
        properties.Remove("name");
        var resource = new JsonObject
        {
            ["id"] = $"{id}/agentPools/{pool["name"]}",
            ["name"] = pool["name"]!.DeepClone(),
            ["type"] = AgentPools.TypeName,
            ["properties"] = properties,
        };
        Server.Resources.Put(ArmId.Parse((string)resource["id"]!), resource);
    }

    private static JsonObject Balancer(JsonObject properties)
    {
        var network = (JsonObject)(properties["networkProfile"] ??= new JsonObject());
        return (JsonObject)(network["loadBalancerProfile"] ??= new JsonObject());
    }

    /// <summary>
    /// Azure ignores most of what only it may set. What a client takes over from an old cluster is refused here, so that a test sees it.
    /// </summary>
    private static void RequireReadOnlyLeftOut(JsonObject properties)
    {
        foreach (var member in (string[])["fqdn", "currentKubernetesVersion", "provisioningState", "powerState", "status", "resourceUID"])
        {
            if (properties.ContainsKey(member))
                throw Invalid(member, "it is read-only");
        }
        foreach (var pool in properties["agentPoolProfiles"]!.AsArray().OfType<JsonObject>())
        {
            if (pool.ContainsKey("nodeImageVersion") || pool.ContainsKey("currentOrchestratorVersion"))
                throw Invalid("agentPoolProfiles", "its read-only members were given");
        }
    }

    private void RequireVersions(JsonObject wanted, List<JsonObject> pools)
    {
        var version = (string?)Properties(wanted)["kubernetesVersion"];
        var region = Region(wanted);
        if (version is null || !Offered.Has(region, version))
            throw new ArmException(
                400,
                "K8sVersionNotSupported",
                $"Managed cluster is on version {version} which is not supported in this region. Please use [az aks get-versions] command "
                    + "to get the supported version list in this region."
            );
        if (pools.Exists(p => (string?)p["orchestratorVersion"] is { } pool && pool != version))
            throw new ArmException(400, "NodePoolMcVersionIncompatible", "Node pool version and control plane version are incompatible.");
    }

    private static ArmException Invalid(string member, string why) =>
        new(400, "InvalidParameter", $"The value of parameter {member} is invalid. Error details: {why}.");
}

/// <summary>Microsoft.ContainerService/managedClusters/agentPools 2025-08-01: to read.</summary>
public sealed class AgentPools : ArmType
{
    public const string TypeName = "Microsoft.ContainerService/managedClusters/agentPools";

    public override string Type => TypeName;

    public override IReadOnlyList<string> ApiVersions => [ManagedClusters.Version];
}
