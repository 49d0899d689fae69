using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Disks;

/// <summary>
/// What is refused of disks and snapshots alike. The contract names no codes; where the documentation has none either, the one here is a
/// guess, and says so.
/// </summary>
internal static class DiskRules
{
    /// <exception cref="ArmException">What it is made from differs from what the existing one was made from.</exception>
    public static void RequireSameCreation(JsonObject? wanted, JsonObject existing)
    {
        var made = (JsonObject)existing["properties"]!["creationData"]!;
        foreach (var name in (string[])["createOption", "sourceResourceId", "sourceUri"])
            if (wanted is not null && !string.Equals((string?)wanted[name], (string?)made[name], StringComparison.OrdinalIgnoreCase))
                throw new ArmException(409, "PropertyChangeNotAllowed", $"Changing property 'creationData.{name}' is not allowed.")
                {
                    Details = [],
                };
    }

    /// <summary>The code for a source that is gone isn't published: 404 NotFound here.</summary>
    public static JsonObject RequireSource(ArmServer server, string? source) =>
        source is not null && server.Resources.Find(source) is { } found
            ? found
            : throw new ArmException(404, "NotFound", $"The source {source} was not found.");

    /// <summary>Regions with availability zones; in any other a disk with a zone is refused.</summary>
    private static readonly HashSet<string> Zoned = ["westeurope", "northeurope"];

    /// <summary>
    /// A zone of the region, or none; and none for a disk that is in all of them. Codes and texts of zones:
    /// https://learn.microsoft.com/azure/reliability/availability-zones-region-support has the regions, the codes aren't published but seen
    /// in public reports; the code for a zone-redundant disk with a zone is a guess.
    /// </summary>
    public static void RequireZone(JsonObject wanted)
    {
        if ((wanted["zones"] as JsonArray)?.FirstOrDefault() is not JsonValue zone)
            return;
        var region = ((string?)wanted["location"])!.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        if (!Zoned.Contains(region))
            throw new ArmException(
                400,
                "LocationNotSupportAvailabilityZones",
                $"The resource 'Microsoft.Compute/disks/{wanted["name"]}' does not support availability zones at location '{region}'."
            );
        if ((string?)zone is not ("1" or "2" or "3"))
            throw new ArmException(
                400,
                "InvalidAvailabilityZone",
                $"The zone(s) '{zone}' for resource 'Microsoft.Compute/disks/{wanted["name"]}' is not supported. The supported zones for "
                    + $"location '{region}' are '1,2,3'"
            );
        if (((string?)wanted["sku"]?["name"])?.EndsWith("_ZRS", StringComparison.OrdinalIgnoreCase) == true)
            throw new ArmException(400, "InvalidParameter", "A zone can't be specified for a zone-redundant disk.");
    }

    /// <summary>
    /// A copy within one request is made in the region of its source; the code isn't published.
    /// https://learn.microsoft.com/azure/virtual-machines/disks-copy-incremental-snapshot-across-regions
    /// </summary>
    public static void RequireRegion(JsonObject wanted, JsonObject source)
    {
        if (!string.Equals((string?)wanted["location"], (string?)source["location"], StringComparison.OrdinalIgnoreCase))
            throw new ArmException(
                400,
                "InvalidParameter",
                $"The source is in location '{source["location"]}', and the resource in location '{wanted["location"]}'."
            );
    }

    /// <summary>"…so you know when a target snapshot is ready to restore disks": the code for one that isn't isn't published.</summary>
    public static void RequireComplete(JsonObject source)
    {
        if ((double?)source["properties"]!["completionPercent"] < 100)
            throw new ArmException(409, "OperationNotAllowed", $"The background copy of {source["name"]} hasn't completed.");
    }
}
