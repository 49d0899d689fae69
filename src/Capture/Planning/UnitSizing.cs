using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Reuse;

namespace Holdfast.Capture.Planning;

/// <summary>Cuts the types that are to be read into slices, and puts slices together to units of even work. Pure.</summary>
internal static class UnitSizing
{
    /// <summary>Objects assumed of a type whose server doesn't say how many follow.</summary>
    public const int UnknownCount = 1000;

    /// <summary>
    /// Objects a unit aims at. Measured: small enough that four workers end together, large enough that packs don't become many.
    /// </summary>
    private const int UnitObjects = 5_000;

    /// <summary>What a request costs beside its objects, in objects.</summary>
    public const int RequestCost = 40;

    private const int MinUnits = 4;
    private const int MinPage = 20;
    private const long PageBytes = 8 << 20;

    /// <param name="namespaces">Those whose objects are taken.</param>
    /// <param name="all">Every namespace is taken: a list over all of them reads nothing in vain.</param>
    public static ImmutableArray<CaptureUnit> Units(
        IEnumerable<PlannedType> types,
        ImmutableArray<string> namespaces,
        bool all,
        ListCosts costs,
        KnownSegments known
    )
    {
        var read = types.Where(t => t is { State: TypeState.Captured, KnownEmpty: false }).ToArray();
        var share = Math.Max(UnitObjects / 2, read.Sum(t => t.Count) / (2 * MinUnits));
        return Units([.. read.SelectMany(t => Slices(t, namespaces, all, share, costs, known))]);
    }

    private static IEnumerable<Slice> Slices(
        PlannedType type,
        ImmutableArray<string> namespaces,
        bool all,
        long share,
        ListCosts costs,
        KnownSegments known
    )
    {
        var resource = type.Type.GroupResource;
        var page = PageLimit(type, costs);
        if (!type.Type.Namespaced || !Splits(type, page, namespaces.Length, all, share, costs))
            return [new Slice(resource, null, type.Count, page) { OwnRevision = type.OwnStore }];
        var even = type.Count / Math.Max(1, namespaces.Length);
        return namespaces.Select(ns => new Slice(resource, ns, known.Objects(resource, ns) ?? even, page));
    }

    /// <summary>
    /// Whether a list per namespace is cheaper than one over all, or the only way to share the work. A type with a store of its own is one
    /// list, since only that is at one revision.
    /// </summary>
    private static bool Splits(PlannedType type, int page, int namespaces, bool all, long share, ListCosts costs)
    {
        if (type.OwnStore)
            return false;
        if (!all)
            return namespaces * RequestCost < type.Count;
        var pages = type.Count / page;
        var whole = pages * RequestCost + pages * type.Count / 2 / costs.KeysCounted;
        return namespaces > 1
            && (
                (long)namespaces * RequestCost < whole
                || (costs.SplitsForSharing && type.Count > share && namespaces * RequestCost < type.Count)
            );
    }

    private static int PageLimit(PlannedType type, ListCosts costs) =>
        (int)Math.Clamp(PageBytes / Math.Max(type.SampleBytes, 1), MinPage, costs.LargestPage);

    /// <summary>Longest first, each to the unit that has least: units come out even, the same input gives the same units.</summary>
    private static ImmutableArray<CaptureUnit> Units(List<Slice> slices)
    {
        slices.Sort(
            (a, b) =>
                b.Expected.CompareTo(a.Expected) is var byCost and not 0 ? byCost
                : (string.CompareOrdinal(a.Resource, b.Resource), string.CompareOrdinal(a.Namespace, b.Namespace)) is var (r, n) && r != 0
                    ? r
                : n
        );
        var count = (int)Math.Min(slices.Count, Math.Max(MinUnits, slices.Sum(Cost) / UnitObjects));
        var units = new List<Slice>[count];
        var least = new PriorityQueue<int, (long Cost, int Unit)>();
        for (var i = 0; i < count; i++)
        {
            units[i] = [];
            least.Enqueue(i, (0, i));
        }
        foreach (var slice in slices)
        {
            least.TryDequeue(out var unit, out var load);
            units[unit].Add(slice);
            least.Enqueue(unit, (load.Cost + Cost(slice), unit));
        }
        return [.. units.Select((unit, i) => new CaptureUnit(i, 0, [.. unit]))];
    }

    /// <summary>How much work a slice is, in objects.</summary>
    public static long Cost(Slice slice) => RequestCost + slice.Expected;
}
