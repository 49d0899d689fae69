using System.Collections.Immutable;
using Holdfast.Machine.Terminals;

namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// Rules for an inventory beyond its JSON: sorted, without duplicates, within the format's limits, with consistent totals.
/// </summary>
internal static class InventoryRules
{
    public static long Objects(Inventory inventory) => inventory.Segments.Sum(s => s.Objects);

    public static long RawBytes(Inventory inventory) => inventory.Segments.Sum(s => s.Parts.Sum(p => p.RawBytes));

    public static Inventory Sort(Inventory inventory) =>
        inventory with
        {
            PinnedAt = inventory.PinnedAt.ToUniversalTime(),
            Types = inventory.Types.Sort(Compare),
            Segments = inventory.Segments.Sort(Compare),
            Gaps = inventory.Gaps.Sort(Compare),
            Version = VersionOf(inventory),
            Volumes = inventory.Volumes?.Sort(Compare),
        };

    /// <summary>The first violated rule, for a person; null when there is none.</summary>
    public static string? Fault(Inventory inventory)
    {
        if (inventory.Types.IsDefault || inventory.Segments.IsDefault || inventory.Gaps.IsDefault || ScopeFault(inventory.Scope))
            return "a list is missing";
        if (!PlainToken.Is(inventory.Revision.ToString()))
            return "the revision isn't a plain token";
        for (var i = 0; i < inventory.Types.Length; i++)
        {
            if (i > 0 && Compare(inventory.Types[i - 1], inventory.Types[i]) >= 0)
                return $"type {inventory.Types[i].Type} is out of order or listed twice";
        }
        var known = inventory.Types.Select(t => t.Type.GroupResource).ToHashSet();
        for (var i = 0; i < inventory.Segments.Length; i++)
        {
            var segment = inventory.Segments[i];
            if (i > 0 && Compare(inventory.Segments[i - 1], segment) >= 0)
                return $"segment {Describe(segment)} is out of order or listed twice";
            if (!known.Contains(segment.Resource))
                return $"segment {Describe(segment)} has a type that isn't listed";
            if (SegmentFault(segment) is { } fault)
                return $"segment {Describe(segment)}: {fault}";
        }
        return LaterFault(inventory);
    }

    /// <summary>How messages name a segment: <c>configmaps in shop</c>.</summary>
    public static string Describe(Segment segment) =>
        segment.Namespace is null ? segment.Resource : $"{segment.Resource} in {segment.Namespace}";

    private static bool ScopeFault(CaptureScope scope) =>
        scope.Namespaces.IsDefault
        || scope.ExcludedNamespaces.IsDefault
        || scope.ExcludedResources.IsDefault
        || scope.IncludedResources.IsDefault;

    private static string? SegmentFault(Segment segment)
    {
        if (segment.Parts.IsDefault)
            return "its parts are missing";
        long objects = 0;
        foreach (var part in segment.Parts)
        {
            if (PartFault(part) is { } fault)
                return fault;
            if (part.Key != segment.Parts[0].Key)
                return "its parts are encrypted with different keys, or some of them aren't";
            objects += part.Objects;
        }
        return objects == segment.Objects ? null : $"its parts hold {objects} objects, not {segment.Objects}";
    }

    /// <summary>The lowest that has every member of it.</summary>
    private static int VersionOf(Inventory inventory)
    {
        if (inventory.Segments.Any(s => s.Parts is [{ Key: not null }, ..]))
            return Inventory.KeysVersion;
        return inventory is { Volumes: null, Infrastructure: null } ? Inventory.FirstVersion : Inventory.VolumesVersion;
    }

    /// <summary>Of what the first version doesn't have.</summary>
    private static string? LaterFault(Inventory inventory)
    {
        var version = VersionOf(inventory);
        if (inventory.Version != version)
            return $"with what it holds it is of version {version}, not {inventory.Version}";
        if (inventory.Infrastructure is { Bytes: < 1 or > FormatLimits.InfrastructureGzipBytes })
            return "the length of its infrastructure is out of range";
        return inventory.Volumes is { } volumes ? VolumesFault(volumes) : null;
    }

    private static string? VolumesFault(ImmutableArray<VolumeRecord> volumes)
    {
        if (volumes.IsDefaultOrEmpty)
            return "its list of volumes is empty";
        for (var i = 0; i < volumes.Length; i++)
        {
            var volume = volumes[i];
            if (i > 0 && Compare(volumes[i - 1], volume) >= 0)
                return $"volume {Describe(volume)} is out of order or listed twice";
            if (VolumeFault(volume) is { } fault)
                return $"volume {Describe(volume)}: {fault}";
        }
        return null;
    }

    private static string? VolumeFault(VolumeRecord volume)
    {
        if ((volume.Claim is null) != (volume.Namespace is null) || (volume.Claim is null && volume.Volume is null))
            return "it names no claim in a namespace, and no volume";
        if (volume.AccessModes.IsDefault || volume.Topology.IsDefault || volume.Pods.IsDefault)
            return "a list is missing";
        if (volume.Topology.Any(t => t.Values.IsDefault))
            return "a list of its topology is missing";
        if ((volume.Protection == VolumeProtection.None) != (volume.Reason is not null))
            return "a reason goes with a volume that isn't protected, and only with one";
        if ((volume.Protection == VolumeProtection.None) != (volume.Snapshot is null))
            return "a snapshot goes with a volume that is protected, and only with one";
        if (volume.Snapshot?.Copies is { IsDefaultOrEmpty: true })
            return "its list of copies is empty";
        return volume.Export is { } export ? ExportFault(volume, export) : null;
    }

    private static string? ExportFault(VolumeRecord volume, VolumeExport export)
    {
        if (volume.Protection == VolumeProtection.None)
            return "an export goes with a volume that is protected, and only with one";
        var isFiles = export.Kind == VolumeExportKind.Files;
        return isFiles == (export.Snapshot is not null) && isFiles == (export.Tool is not null) && isFiles == (export.Files is not null)
            ? null
            : "a mover's snapshot goes with exported files, and only with them";
    }

    private static string Describe(VolumeRecord volume) => volume.Claim is null ? volume.Volume! : $"{volume.Namespace}/{volume.Claim}";

    private static string? PartFault(Part part)
    {
        if (part.Objects < 1 || part.RawBytes < part.Objects)
            return "a part is empty";
        if (part.RawBytes > (part.Objects == 1 ? FormatLimits.ManifestRawBytes : FormatLimits.PartRawBytes))
            return $"a part of {part.RawBytes} raw bytes is larger than the format allows";
        if (
            part.Offset < 0
            || part.Length < 1
            || part.Offset > FormatLimits.PackBytes
            || part.Length > FormatLimits.PackBytes - part.Offset
        )
            return "a part lies outside of what a pack may hold";
        return null;
    }

    private static int Compare(TypeEntry a, TypeEntry b) =>
        First(
            string.CompareOrdinal(a.Type.Group, b.Type.Group),
            string.CompareOrdinal(a.Type.Resource, b.Type.Resource),
            string.CompareOrdinal(a.Type.Version, b.Type.Version)
        );

    private static int Compare(Segment a, Segment b) =>
        First(string.CompareOrdinal(a.Resource, b.Resource), string.CompareOrdinal(a.Namespace, b.Namespace), 0);

    private static int Compare(Gap a, Gap b) =>
        First(
            string.CompareOrdinal(a.Resource, b.Resource),
            string.CompareOrdinal(a.Namespace, b.Namespace),
            string.CompareOrdinal(a.Reason, b.Reason)
        );

    private static int Compare(VolumeRecord a, VolumeRecord b) =>
        First(
            string.CompareOrdinal(a.Namespace, b.Namespace),
            string.CompareOrdinal(a.Claim, b.Claim),
            string.CompareOrdinal(a.Volume, b.Volume)
        );

    private static int First(int a, int b, int c) =>
        a != 0 ? a
        : b != 0 ? b
        : c;
}
