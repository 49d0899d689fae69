using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Registration;
using Holdfast.Manifests;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Where a cluster's nodes are, and which of them can use a disk, as Azure's disk driver says it: by the label
/// <c>topology.disk.csi.azure.com/zone</c>, whose value is <c>westeurope-1</c>, or empty without a zone. Pure.
/// </summary>
/// <remarks>
/// https://github.com/kubernetes-sigs/azuredisk-csi-driver, pkg/azuredisk/controllerserver.go: a zone-redundant disk is usable from each of
/// the region's three zones and from nodes without one, a locally redundant disk from its own zone alone.
/// </remarks>
internal static class DiskPlaces
{
    public const string ZoneKey = "topology.disk.csi.azure.com/zone";
    private const string Provider = "azure://";
    private const string ZoneRedundant = "_ZRS";
    private static readonly string[] Regions = ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"];
    private static readonly string[] Zones = [ZoneKey, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];

    /// <inheritdoc cref="INewDisks.SiteOf"/>
    public static DiskSite? SiteOf(IReadOnlyCollection<JsonObject> nodes, AzureGroupId? group)
    {
        var machines = nodes.Select(n => (Node: n, Id: MachineOf(n))).Where(n => n.Id is not null).ToList();
        var region = machines.Select(m => Label(m.Node, Regions)).FirstOrDefault(r => !string.IsNullOrEmpty(r));
        if (region is null)
            return null;
        var zones = machines.Select(m => ZoneOf(region, Label(m.Node, Zones))).ToList();
        return new(
            region,
            (group ?? AzureGroupId.Of(machines[0].Id!)).ToString(),
            [.. zones.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            zones.Contains(null)
        );
    }

    /// <summary>
    /// The zone of a new disk: that of the old one by number, so that the disks of one Pod stay together, if the target has nodes there;
    /// otherwise another one, the same for all disks of the old zone.
    /// </summary>
    /// <returns>Null: none. And what differs; null: nothing.</returns>
    public static (string? Zone, string? Note) ZoneFor(VolumeRecord volume, string kind, DiskSite site)
    {
        if (IsZoneRedundant(kind) || site.Zones.IsEmpty)
            return (null, null);
        var was = volume.Topology.SelectMany(t => t.Values).Select(LastPart).FirstOrDefault(z => z is not null);
        if (was is not null && site.Zones.Contains(was, StringComparer.Ordinal))
            return (was, null);
        if (was is null)
            return site.HasUnzoned ? (null, null) : (site.Zones[0], $"is in no zone, and its disk is made in zone {site.Zones[0]}");
        var zone = site.Zones[was[^1] % site.Zones.Length];
        return (zone, $"was in zone {was}, where the target has no node: its disk is made in zone {zone}");
    }

    /// <summary>Which nodes can use a disk.</summary>
    public static VolumeTopology TopologyOf(string kind, string? zone, DiskSite site) =>
        new(
            ZoneKey,
            IsZoneRedundant(kind) ? [$"{site.Region}-1", $"{site.Region}-2", $"{site.Region}-3", ""]
                : zone is null ? [""]
                : [$"{site.Region}-{zone}"]
        );

    public static bool IsZoneRedundant(string kind) => kind.EndsWith(ZoneRedundant, StringComparison.OrdinalIgnoreCase);

    private static AzureResourceId? MachineOf(JsonObject node) =>
        node.Object("spec").Text("providerID") is { } id
        && id.StartsWith(Provider, StringComparison.Ordinal)
        && AzureResourceId.TryParse(id[Provider.Length..], out var machine)
            ? machine
            : null;

    private static string? Label(JsonObject node, string[] keys)
    {
        var labels = node.Object("metadata").Object("labels");
        return keys.Select(k => labels.Text(k)).FirstOrDefault(v => v is not null);
    }

    /// <summary>Nodes without a zone have the number of their fault domain in its place.</summary>
    private static string? ZoneOf(string region, string? label) =>
        label is not null && label.StartsWith($"{region}-", StringComparison.OrdinalIgnoreCase) ? LastPart(label) : null;

    private static string? LastPart(string zone) =>
        zone[(zone.LastIndexOf('-') + 1)..] is { Length: > 0 } last && last.Length < zone.Length && last.All(char.IsAsciiDigit)
            ? last
            : null;
}
