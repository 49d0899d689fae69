using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// What storage classes and volumes of <c>disk.csi.azure.com</c> say of disks. Names of parameters and attributes compare without regard to
/// case, as the driver compares them. Pure.
/// </summary>
/// <remarks>https://github.com/kubernetes-sigs/azuredisk-csi-driver, docs/driver-parameters.md</remarks>
internal static class DiskKinds
{
    private const string Default = "StandardSSD_LRS";
    private static readonly string[] Names = ["skuName", "storageAccountType"];

    /// <summary>Attributes that the driver needs of a volume that it hasn't made.</summary>
    private static readonly string[] Kept = ["cachingMode", "fsType", "perfProfile", "maxShares"];

    /// <summary>Says that the file system is smaller than its disk, and grows when it is first mounted.</summary>
    private const string Resize = "resizeRequired";

    /// <summary>As the target's class wants it, else as the old volume had it, else as the driver makes disks.</summary>
    public static string KindOf(JsonObject? storageClass, JsonObject? volume) =>
        Value(storageClass.Object("parameters"), Names) ?? Value(AttributesOf(volume), Names) ?? Default;

    /// <summary>Null: the driver's default.</summary>
    public static string? FileSystemOf(JsonObject? volume) =>
        volume.Object("csi").Text("fsType") ?? volume.Object("azureDisk").Text("fsType") ?? Value(AttributesOf(volume), ["fsType"]);

    /// <param name="grows">The disk is larger than what it is made from.</param>
    public static ImmutableSortedDictionary<string, string>? AttributesFor(JsonObject? volume, bool grows)
    {
        var attributes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var before = AttributesOf(volume);
        foreach (var name in Kept)
            if (Value(before, [name]) is { Length: > 0 } value)
                attributes[name] = value;
        if (volume.Object("azureDisk").Text("cachingMode") is { } caching)
            attributes["cachingMode"] = caching;
        if (grows)
            attributes[Resize] = "true";
        return attributes.Count == 0 ? null : attributes.ToImmutable();
    }

    private static JsonObject? AttributesOf(JsonObject? volume) => volume.Object("csi").Object("volumeAttributes");

    private static string? Value(JsonObject? holder, string[] names) =>
        (holder ?? [])
            .Where(p => p.Value is JsonValue && names.Contains(p.Key, StringComparer.OrdinalIgnoreCase))
            .Select(p => p.Value!.ToString())
            .FirstOrDefault(v => v.Length > 0);
}
