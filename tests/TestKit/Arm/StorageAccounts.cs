namespace Holdfast.TestKit.Arm;

/// <summary>
/// Storage accounts and their blob services, to be read: what a test puts there is shown as it is.
/// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties and blob-services/get-service-properties.
/// </summary>
public sealed class StorageAccounts : ArmType
{
    public override string Type => "Microsoft.Storage/storageAccounts";
    public override IReadOnlyList<string> ApiVersions => ["2023-05-01"];
}

public sealed class BlobServices : ArmType
{
    public override string Type => "Microsoft.Storage/storageAccounts/blobServices";
    public override IReadOnlyList<string> ApiVersions => ["2023-05-01"];
}
