using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Kubernetes;

/// <summary>Microsoft.Network/publicIPAddresses 2024-05-01: to read, one by one and those of a resource group.</summary>
/// <remarks>https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses?view=rest-virtualnetwork-2024-05-01</remarks>
public sealed class PublicAddresses : ArmType
{
    public const string TypeName = "Microsoft.Network/publicIPAddresses";

    public override string Type => TypeName;

    public override IReadOnlyList<string> ApiVersions => ["2024-05-01"];

    /// <summary>An address that is there.</summary>
    public static void Put(ArmServer server, string id, string region, string address) =>
        server.Resources.Put(
            ArmId.Parse(id),
            new()
            {
                ["id"] = id,
                ["name"] = id.Split('/')[^1],
                ["type"] = TypeName,
                ["location"] = region,
                ["sku"] = new JsonObject { ["name"] = "Standard" },
                ["properties"] = new JsonObject
                {
                    ["provisioningState"] = "Succeeded",
                    ["ipAddress"] = address,
                    ["publicIPAllocationMethod"] = "Static",
                },
            }
        );
}
