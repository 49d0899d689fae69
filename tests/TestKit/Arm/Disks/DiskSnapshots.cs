using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Disks;

/// <summary>
/// Microsoft.Compute/snapshots: full or incremental, of a disk or a snapshot of the same region (<c>Copy</c>), or of an incremental
/// snapshot
/// of any region (<c>CopyStart</c>: in the background, with <c>completionPercent</c>).
/// </summary>
/// <remarks>
/// https://github.com/Azure/azure-rest-api-specs, specification/compute/resource-manager/Microsoft.Compute/DiskRP/stable/2023-10-02,
/// snapshot.json, and https://learn.microsoft.com/azure/virtual-machines/disks-copy-incremental-snapshot-across-regions for the copy: one
/// of a disk at a time, from a source that stays until it is done. A background copy's <c>provisioningState</c> while it runs isn't
/// published: here it is Succeeded at once, so that a client that goes by it alone is found out.
/// </remarks>
public sealed class DiskSnapshots(DiskStore store) : ArmType
{
    public override string Type => "Microsoft.Compute/snapshots";

    public override IReadOnlyList<string> ApiVersions => DiskStore.ApiVersions;

    protected override int CreatedStatus => 202;

    public DiskStore Store => store;

    /// <summary>By how much a background copy proceeds at each look at its snapshot. Default 50: it is done at the second.</summary>
    public int PercentPerLook { get; set; } = 50;

    /// <summary>Background copies that begin from now on end with this error; null: well.</summary>
    public string? CopyError { get; set; }

    protected override void Accept(ArmRequest request, JsonObject wanted, JsonObject? existing)
    {
        var creation = Properties(wanted)["creationData"] as JsonObject;
        if (existing is not null)
        {
            DiskRules.RequireSameCreation(creation, existing);
            var changed = wanted["tags"]?.DeepClone();
            wanted["sku"] ??= existing["sku"]?.DeepClone();
            wanted["properties"] = existing["properties"]!.DeepClone();
            wanted["tags"] = changed ?? existing["tags"]?.DeepClone();
            return;
        }
        var option = (string?)creation?["createOption"];
        if (option is not ("Copy" or "CopyStart"))
            throw new ArmException(400, "InvalidParameter", "The value of parameter snapshot.creationData.createOption is invalid.");
        var source = DiskRules.RequireSource(Server, (string?)creation!["sourceResourceId"]);
        if (option == "CopyStart")
            RequireCopyable(wanted, source);
        else
            DiskRules.RequireRegion(wanted, source);
        Complete(wanted, source, option == "CopyStart");
    }

    protected override JsonObject Shown(JsonObject resource)
    {
        var properties = Properties(resource);
        if ((double?)properties["completionPercent"] < 100 && properties["copyCompletionError"] is null)
            Proceed(resource, properties);
        return Clone(resource);
    }

    protected override ArmReply Post(ArmRequest request, JsonObject existing, string action)
    {
        switch (action.ToUpperInvariant())
        {
            case "BEGINGETACCESS" when AsksToRead(request):
                DiskRules.RequireComplete(existing);
                return store.Begin(request, existing, Region(existing), "ActiveSAS", canWrite: false);
            case "ENDGETACCESS":
                return store.End(request, existing, Region(existing), () => Properties(existing)["diskState"] = "Unattached");
            default:
                return base.Post(request, existing, action);
        }
    }

    private static bool AsksToRead(ArmRequest request) => (string?)request.RequireBody()["access"] == "Read";

    protected override void Release(ArmRequest request, JsonObject existing) => store.RefuseWhileOpen((string)existing["id"]!);

    protected override void Gone(JsonObject resource) => store.Drop((string)resource["id"]!);

    /// <summary>Only incremental snapshots are copied in the background, one of a disk at a time; the code isn't published.</summary>
    private void RequireCopyable(JsonObject wanted, JsonObject source)
    {
        if ((bool?)Properties(source)["incremental"] != true || (bool?)Properties(wanted)["incremental"] != true)
            throw new ArmException(400, "InvalidParameter", "CopyStart needs an incremental snapshot as its source and its target.");
        DiskRules.RequireComplete(source);
        var family = (string?)Properties(source)["incrementalSnapshotFamilyId"];
        var copying = Server.Resources.All.FirstOrDefault(r =>
            (string?)r["type"] == Type
            && (double?)Properties(r)["completionPercent"] < 100
            && Properties(r)["copyCompletionError"] is null
            && FamilyOfSource(r) == family
        );
        if (copying is not null)
            throw new ArmException(409, "OperationNotAllowed", $"Another snapshot of the disk is being copied: {copying["name"]}.");
    }

    private string? FamilyOfSource(JsonObject copy) =>
        (string?)Properties(copy)["creationData"]?["sourceResourceId"] is { } id && Server.Resources.Find(id) is { } source
            ? (string?)Properties(source)["incrementalSnapshotFamilyId"]
            : null;

    private void Proceed(JsonObject copy, JsonObject properties)
    {
        var source = (string?)properties["creationData"]!["sourceResourceId"];
        if (CopyError is not null || Server.Resources.Find(source!) is null)
        {
            properties["copyCompletionError"] = new JsonObject
            {
                ["errorCode"] = "CopySourceNotFound",
                ["errorMessage"] = CopyError ?? $"The source of {copy["name"]} doesn't exist any more.",
            };
            return;
        }
        properties["completionPercent"] = Math.Min(100.0, (double)properties["completionPercent"]! + PercentPerLook);
    }

    private void Complete(JsonObject snapshot, JsonObject source, bool inBackground)
    {
        var (from, properties) = (Properties(source), Properties(snapshot));
        var content = store.ContentOf((string)source["id"]!).Copy();
        store.Keep((string)snapshot["id"]!, content);
        properties["diskSizeBytes"] = content.Length;
        properties["diskSizeGB"] = from["diskSizeGB"]?.DeepClone();
        properties["timeCreated"] = Server.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        properties["uniqueId"] = Guid.NewGuid().ToString();
        properties["diskState"] = "Unattached";
        properties["incremental"] ??= false;
        if (inBackground)
            properties["completionPercent"] = 0.0;
        // what family a copy in another region is of isn't published: one of its own here, as each disk has one a region
        if ((bool?)properties["incremental"] == true)
            properties["incrementalSnapshotFamilyId"] =
                $"{(string?)from["incrementalSnapshotFamilyId"] ?? (string?)from["uniqueId"]}"
                + (inBackground ? "-" + Region(snapshot) : "");
        snapshot["sku"] ??= new JsonObject { ["name"] = "Standard_LRS", ["tier"] = "Standard" };
    }
}
