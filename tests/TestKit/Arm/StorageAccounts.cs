using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>
/// Microsoft.Storage/storageAccounts, to be found and listed. Contract: https://github.com/Azure/azure-rest-api-specs,
/// specification/storage/resource-manager/Microsoft.Storage/stable/2023-05-01/storage.json.
/// </summary>
public sealed class StorageAccounts : ArmType
{
    public override string Type => "Microsoft.Storage/storageAccounts";

    public override IReadOnlyList<string> ApiVersions => ["2023-05-01"];

    /// <summary>An account that is there at first.</summary>
    /// <returns>Its id.</returns>
    public string Add(string group, string name, string region)
    {
        var id = ArmId.Parse($"{group}/providers/{Type}/{name}");
        var account = new JsonObject
        {
            ["id"] = id.Path,
            ["name"] = name,
            ["type"] = Type,
            ["location"] = region,
            ["kind"] = "StorageV2",
            ["sku"] = new JsonObject { ["name"] = "Standard_ZRS", ["tier"] = "Standard" },
            ["properties"] = new JsonObject { ["provisioningState"] = "Succeeded" },
        };
        Server.Resources.Put(id, account);
        return id.Path;
    }
}

/// <summary>
/// The blob services of storage accounts, to be read: what a test puts there is shown as it is.
/// https://learn.microsoft.com/rest/api/storagerp/blob-services/get-service-properties.
/// </summary>
public sealed class BlobServices : ArmType
{
    public override string Type => "Microsoft.Storage/storageAccounts/blobServices";
    public override IReadOnlyList<string> ApiVersions => ["2023-05-01"];
}
