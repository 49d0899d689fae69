using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Disks;

/// <summary>
/// Microsoft.Compute/disks: empty, copied from a snapshot or a disk of the same region, imported from a page blob of a storage account of
/// the same region, or uploaded.
/// </summary>
/// <remarks>
/// https://github.com/Azure/azure-rest-api-specs, specification/compute/resource-manager/Microsoft.Compute/DiskRP/stable/2023-10-02,
/// disk.json: a PUT, PATCH or DELETE is answered with 200 or 202. <c>storageAccountId</c> is "required if createOption is Import"; that the
/// disk is made in the account's region is said by the samples of
/// https://learn.microsoft.com/previous-versions/azure/virtual-machines/scripts/create-managed-disk-from-vhd, the code of a refusal isn't
/// published. What the caller needs of the account isn't either: nothing here.
/// </remarks>
public sealed class ManagedDisks(DiskStore store) : ArmType
{
    private const long Gigabyte = 1L << 30;
    private const long Megabyte = 1L << 20;

    public override string Type => "Microsoft.Compute/disks";

    public override IReadOnlyList<string> ApiVersions => DiskStore.ApiVersions;

    protected override int CreatedStatus => 202;

    public DiskStore Store => store;

    /// <summary>The content of a page blob, with the footer of a VHD; null: there is none. Default: there are none.</summary>
    public Func<Uri, DiskContent?> BlobOf { get; set; } = _ => null;

    /// <summary>A disk that is there at first.</summary>
    /// <returns>Its id.</returns>
    public string Add(string group, string name, string region, int gigabytes, string? zone = null, string sku = "Premium_LRS")
    {
        var id = ArmId.Parse($"{group}/providers/Microsoft.Compute/disks/{name}");
        var disk = new JsonObject
        {
            ["id"] = id.Path,
            ["name"] = name,
            ["type"] = Type,
            ["location"] = region,
            ["sku"] = new JsonObject { ["name"] = sku, ["tier"] = sku[..sku.IndexOf('_')] },
            ["properties"] = new JsonObject
            {
                ["creationData"] = new JsonObject { ["createOption"] = "Empty" },
                ["diskSizeGB"] = (long)gigabytes,
                ["provisioningState"] = "Succeeded",
            },
        };
        if (zone is not null)
            disk["zones"] = new JsonArray(zone);
        Complete(disk, new DiskContent(gigabytes * Gigabyte));
        Server.Resources.Put(id, disk);
        return id.Path;
    }

    /// <summary>As a node that mounts it does.</summary>
    public void Attach(string id, string machine)
    {
        var disk = Server.Resources.Find(id)!;
        disk["managedBy"] = machine;
        Properties(disk)["diskState"] = "Attached";
    }

    protected override void Accept(ArmRequest request, JsonObject wanted, JsonObject? existing)
    {
        var creation = Properties(wanted)["creationData"] as JsonObject;
        if (existing is not null)
        {
            Keep(wanted, existing, creation);
            return;
        }
        DiskRules.RequireZone(wanted);
        switch ((string?)creation?["createOption"])
        {
            case "Empty" when (long?)Properties(wanted)["diskSizeGB"] is { } size:
                Complete(wanted, new DiskContent(size * Gigabyte));
                break;
            case "Copy":
                Complete(wanted, CopyOf(wanted, (string?)creation["sourceResourceId"]));
                break;
            case "Import":
                Complete(wanted, ImportOf(wanted, creation));
                break;
            case "Upload" when (long?)creation["uploadSizeBytes"] is { } bytes && bytes % DiskContent.Page == 0:
                Complete(wanted, new DiskContent(bytes));
                Properties(wanted)["diskSizeBytes"] = bytes - DiskContent.Page;
                Properties(wanted)["diskState"] = "ReadyToUpload";
                break;
            default:
                throw new ArmException(400, "InvalidParameter", "The value of parameter disk.creationData is invalid.");
        }
    }

    protected override ArmReply Post(ArmRequest request, JsonObject existing, string action)
    {
        var write = (string?)request.Body?["access"] == "Write";
        switch (action.ToUpperInvariant())
        {
            case "BEGINGETACCESS" when write && (string?)Properties(existing)["diskState"] is not ("ReadyToUpload" or "ActiveUpload"):
                throw new ArmException(409, "OperationNotAllowed", "The disk isn't in a state in which it can be uploaded to.");
            case "BEGINGETACCESS":
                return store.Begin(request, existing, Region(existing), write ? "ActiveUpload" : "ActiveSAS", write);
            case "ENDGETACCESS":
                return store.End(request, existing, Region(existing), () => Uploaded(existing));
            default:
                return base.Post(request, existing, action);
        }
    }

    /// <summary>The code and its text are those that Azure answers with; they aren't in the published contract.</summary>
    protected override void Release(ArmRequest request, JsonObject existing)
    {
        if ((string?)existing["managedBy"] is { } machine)
            throw new ArmException(409, "OperationNotAllowed", $"Disk {existing["name"]} is attached to VM {machine}.");
        store.RefuseWhileOpen((string)existing["id"]!);
    }

    protected override void Gone(JsonObject resource) => store.Drop((string)resource["id"]!);

    /// <summary>What a disk is made from never changes afterwards, and it never shrinks.</summary>
    private void Keep(JsonObject wanted, JsonObject existing, JsonObject? creation)
    {
        DiskRules.RequireSameCreation(creation, existing);
        var before = Properties(existing);
        foreach (var name in (string[])["timeCreated", "uniqueId", "diskSizeBytes", "diskState", "creationData"])
            Properties(wanted)[name] = before[name]?.DeepClone();
        if ((long?)Properties(wanted)["diskSizeGB"] < (long?)before["diskSizeGB"])
            throw new ArmException(409, "OperationNotAllowed", "Disk size cannot be reduced.");
        Properties(wanted)["diskSizeGB"] ??= before["diskSizeGB"]?.DeepClone();
        wanted["sku"] ??= existing["sku"]?.DeepClone();
        wanted["zones"] ??= existing["zones"]?.DeepClone();
        wanted["managedBy"] = existing["managedBy"]?.DeepClone();
    }

    private DiskContent CopyOf(JsonObject wanted, string? source)
    {
        var from = DiskRules.RequireSource(Server, source);
        DiskRules.RequireRegion(wanted, from);
        DiskRules.RequireComplete(from);
        var size = (long?)Properties(wanted)["diskSizeGB"] * Gigabyte;
        var content = store.ContentOf(source!);
        if (size < content.Length)
            throw new ArmException(400, "InvalidParameter", "The disk would be smaller than its source.");
        return content.Copy(size);
    }

    private DiskContent ImportOf(JsonObject wanted, JsonObject creation)
    {
        if ((string?)creation["sourceUri"] is not { } uri || (string?)creation["storageAccountId"] is not { } id)
            throw new ArmException(
                400,
                "InvalidParameter",
                "Required parameter 'creationData.sourceUri' or 'creationData.storageAccountId' is missing."
            );
        DiskRules.RequireRegion(wanted, DiskRules.RequireSource(Server, id));
        var blob = BlobOf(new(uri)) ?? throw new ArmException(404, "NotFound", $"The blob {uri} was not found.");
        if (blob.Length % Megabyte != DiskContent.Page)
            throw new ArmException(400, "InvalidParameter", $"The blob {uri} isn't a fixed VHD of whole megabytes.");
        var size = (long?)Properties(wanted)["diskSizeGB"] * Gigabyte ?? blob.Length - DiskContent.Page;
        return WithoutFooter(blob, size);
    }

    private void Complete(JsonObject disk, DiskContent content)
    {
        store.Keep((string)disk["id"]!, content);
        var properties = Properties(disk);
        properties["diskSizeBytes"] = content.Length;
        properties["diskSizeGB"] ??= (content.Length + Gigabyte - 1) / Gigabyte;
        properties["diskState"] = "Unattached";
        properties["timeCreated"] = Server.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        properties["uniqueId"] = Guid.NewGuid().ToString();
        disk["sku"] ??= new JsonObject { ["name"] = "Standard_LRS" };
    }

    /// <summary>The footer isn't part of the disk.</summary>
    private void Uploaded(JsonObject disk)
    {
        var id = (string)disk["id"]!;
        if ((string?)Properties(disk)["diskState"] == "ActiveUpload")
        {
            var uploaded = store.ContentOf(id);
            store.Keep(id, WithoutFooter(uploaded, uploaded.Length - DiskContent.Page));
        }
        Properties(disk)["diskState"] = "Unattached";
    }

    private static DiskContent WithoutFooter(DiskContent vhd, long length)
    {
        var content = new DiskContent(length);
        var end = vhd.Length - DiskContent.Page;
        foreach (var (start, last) in vhd.Written().Where(r => r.Start < end))
            content.Write(start, vhd.Read(start, (int)(Math.Min(last, end - 1) - start + 1)));
        return content;
    }
}
