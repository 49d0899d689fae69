using System.Text.Json.Nodes;
using Holdfast.TestKit.Running;

namespace Holdfast.TestKit.Arm.Kubernetes;

/// <summary>An AKS cluster in production, with what people add: a subnet of theirs, identities, add-ons, a proxy with a password.</summary>
public sealed class SampleAks
{
    public const string Subscription = "11111111-2222-3333-4444-555555555555";
    public const string Region = "westeurope";
    public const string Id = $"/subscriptions/{Subscription}/resourceGroups/prod/providers/Microsoft.ContainerService/managedClusters/prod";
    public const string Nodes = $"/subscriptions/{Subscription}/resourceGroups/MC_prod_prod_westeurope";
    public const string Network = $"/subscriptions/{Subscription}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/prod";
    public const string Identity =
        $"/subscriptions/{Subscription}/resourceGroups/prod/providers/Microsoft.ManagedIdentity/userAssignedIdentities/prod";

    /// <summary>What must never be in a point.</summary>
    public static readonly string[] Secrets = ["hunter2", "s3cret-of-the-add-on", "sig=abc"];

    private SampleAks(ArmServer server) => Server = server;

    public ArmServer Server { get; }
    public ManagedClusters Clusters { get; private set; } = null!;
    public OfferedVersions Offered { get; } = new();

    /// <param name="version">Of Kubernetes.</param>
    public static async Task<SampleAks> StartAsync(TimeProvider? time = null, string version = "1.33.1")
    {
        var sample = new SampleAks(await ArmServer.StartAsync(time));
        sample.Clusters = sample.Server.Add(new ManagedClusters { Offered = sample.Offered });
        sample.Server.Add(sample.Offered);
        sample.Server.Add(new AgentPools());
        sample.Server.Add(new PublicAddresses());
        sample.Server.AddGroup(Subscription, "prod", Region);
        sample.Server.AddGroup(Subscription, "MC_prod_prod_westeurope", Region);
        sample.Put(version);
        return sample;
    }

    /// <summary>The region is gone: nothing of it answers any more.</summary>
    public void LoseRegion() =>
        Server.Faults.Refuse(
            request => request.Id.ResourceGroup is "prod" or "MC_prod_prod_westeurope" or "net",
            new(503, "ServiceUnavailable", "The region is down.")
        );

    /// <summary>Has the program ask this server instead of Azure, signed in as a managed identity.</summary>
    public void Direct(HoldfastProgram program, ManagedIdentity identity)
    {
        var authority = Path.Combine(program.Home, "azure.pem");
        File.WriteAllText(authority, Server.Authority);
        foreach (var (name, value) in identity.Variables)
            program.Variables[name] = value;
        program.Variables["HOLDFAST_RESOURCE_MANAGER"] = Server.Url.GetLeftPart(UriPartial.Authority);
        program.Variables["SSL_CERT_FILE"] = authority;
    }

    private void Put(string version)
    {
        const string nodes = $"{Nodes}/providers/{PublicAddresses.TypeName}";
        PublicAddresses.Put(Server, $"{nodes}/outbound", Region, "20.1.0.1");
        PublicAddresses.Put(Server, $"{nodes}/kubernetes-web", Region, "20.1.0.2");
        var model = JsonNode.Parse(
            Model.Replace("VERSION", version, StringComparison.Ordinal).Replace("CLUSTER", Id, StringComparison.Ordinal)
        )!;
        Server.Resources.Put(ArmId.Parse(Id), model.AsObject());
        foreach (var pool in model["properties"]!["agentPoolProfiles"]!.AsArray().OfType<JsonObject>())
        {
            var properties = (JsonObject)pool.DeepClone();
            properties.Remove("name");
            var id = $"{Id}/agentPools/{pool["name"]}";
            Server.Resources.Put(
                ArmId.Parse(id),
                new()
                {
                    ["id"] = id,
                    ["name"] = pool["name"]!.DeepClone(),
                    ["type"] = AgentPools.TypeName,
                    ["properties"] = properties,
                }
            );
        }
    }

    private const string Model = $$$"""
        {
          "id": "CLUSTER", "name": "prod", "type": "Microsoft.ContainerService/ManagedClusters", "location": "{{{Region}}}",
          "eTag": "beywbwei", "tags": { "tier": "production" }, "sku": { "name": "Base", "tier": "Standard" },
          "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": { "{{{Identity}}}": { "principalId": "p", "clientId": "c" } }
          },
          "properties": {
            "provisioningState": "Succeeded", "powerState": { "code": "Running" }, "maxAgentPools": 100,
            "kubernetesVersion": "VERSION", "currentKubernetesVersion": "VERSION", "dnsPrefix": "prod",
            "fqdn": "prod-abcd1234.hcp.westeurope.azmk8s.io", "azurePortalFQDN": "prod-abcd1234.portal.hcp.westeurope.azmk8s.io",
            "nodeResourceGroup": "MC_prod_prod_westeurope", "enableRBAC": true, "resourceUID": "0123456789abcdef",
            "servicePrincipalProfile": { "clientId": "msi" },
            "aadProfile": { "managed": true, "enableAzureRBAC": true, "adminGroupObjectIDs": ["22222222-2222-2222-2222-222222222222"] },
            "agentPoolProfiles": [
              { "name": "system", "count": 3, "vmSize": "Standard_D4s_v5", "mode": "System", "osType": "Linux",
                "type": "VirtualMachineScaleSets", "availabilityZones": ["1", "2", "3"], "vnetSubnetID": "{{{Network}}}/subnets/nodes",
                "provisioningState": "Succeeded", "powerState": { "code": "Running" }, "orchestratorVersion": "VERSION",
                "currentOrchestratorVersion": "VERSION", "nodeImageVersion": "AKSUbuntu-2204gen2containerd-202511.01.0", "eTag": "x" },
              { "name": "work", "count": 5, "minCount": 2, "maxCount": 9, "enableAutoScaling": true, "vmSize": "Standard_D8s_v5",
                "mode": "User", "osType": "Linux", "type": "VirtualMachineScaleSets", "vnetSubnetID": "{{{Network}}}/subnets/nodes",
                "nodeLabels": { "tier": "work" }, "nodeTaints": [], "provisioningState": "Succeeded", "orchestratorVersion": "VERSION",
                "currentOrchestratorVersion": "VERSION", "nodeImageVersion": "AKSUbuntu-2204gen2containerd-202511.01.0" }
            ],
            "networkProfile": {
              "networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": "10.244.0.0/16", "serviceCidr": "10.0.0.0/16",
              "dnsServiceIP": "10.0.0.10", "loadBalancerSku": "standard", "outboundType": "loadBalancer",
              "loadBalancerProfile": {
                "managedOutboundIPs": { "count": 1 },
                "effectiveOutboundIPs": [
                  { "id": "{{{Nodes}}}/providers/Microsoft.Network/publicIPAddresses/outbound" }
                ]
              }
            },
            "identityProfile": {
              "kubeletidentity": {
                "resourceId": "{{{Nodes}}}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/prod-agentpool",
                "clientId": "k", "objectId": "o"
              }
            },
            "addonProfiles": {
              "azureKeyvaultSecretsProvider": { "enabled": true, "config": { "enableSecretRotation": "true", "rotationPollInterval": "2m" },
                "identity": {
                  "resourceId": "{{{Nodes}}}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/keyvault",
                  "clientId": "a", "objectId": "b"
                }
              },
              "monitor": { "enabled": true,
                "config": { "apiToken": "s3cret-of-the-add-on", "url": "https://a.blob.core.windows.net/x?sv=1&sig=abc" } }
            },
            "httpProxyConfig": { "httpProxy": "http://jane:hunter2@proxy.example.org:3128/" },
            "oidcIssuerProfile": { "enabled": true, "issuerURL": "https://westeurope.oic.prod-aks.azure.com/x/" },
            "autoScalerProfile": { "scan-interval": "20s" }
          }
        }
        """;
}
