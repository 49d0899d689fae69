namespace Holdfast.Archive.Format.Documents;

/// <summary>What an inventory must be beyond its JSON: sorted, without doubles, inside the format's limits, adding up.</summary>
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
        };

    /// <summary>The first rule that is broken, for a person; null when none is.</summary>
    public static string? Fault(Inventory inventory)
    {
        if (inventory.Types.IsDefault || inventory.Segments.IsDefault || inventory.Gaps.IsDefault || ScopeFault(inventory.Scope))
            return "a list is missing";
        if (!IsToken(inventory.ClusterUid) || !IsToken(inventory.Revision))
            return "the cluster's uid or the revision is no plain token";
        for (var i = 0; i < inventory.Types.Length; i++)
        {
            if (i > 0 && Compare(inventory.Types[i - 1], inventory.Types[i]) >= 0)
                return $"type {inventory.Types[i].Type} is not in its place, or there twice";
        }
        var known = inventory.Types.Select(t => t.Type.GroupResource).ToHashSet();
        for (var i = 0; i < inventory.Segments.Length; i++)
        {
            var segment = inventory.Segments[i];
            if (i > 0 && Compare(inventory.Segments[i - 1], segment) >= 0)
                return $"segment {Describe(segment)} is not in its place, or there twice";
            if (!known.Contains(segment.Resource))
                return $"segment {Describe(segment)} is of a type that isn't listed";
            if (SegmentFault(segment) is { } fault)
                return $"segment {Describe(segment)}: {fault}";
        }
        return null;
    }

    /// <summary>As messages name a segment: <c>configmaps in shop</c>.</summary>
    public static string Describe(Segment segment) =>
        segment.Namespace is null ? segment.Resource : $"{segment.Resource} in {segment.Namespace}";

    /// <summary>
    /// 1 to 128 visible ASCII characters but <c>"</c> and <c>\</c>: what a seal holds needs no escaping, so that its one form is easy to
    /// make.
    /// </summary>
    public static bool IsToken(string text)
    {
        foreach (var c in text)
        {
            if (c is <= ' ' or > '~' or '"' or '\\')
                return false;
        }
        return text.Length is > 0 and <= 128;
    }

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
            objects += part.Objects;
        }
        return objects == segment.Objects ? null : $"its parts hold {objects} objects, not {segment.Objects}";
    }

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

    private static int First(int a, int b, int c) =>
        a != 0 ? a
        : b != 0 ? b
        : c;
}
