using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Holdfast.Manifests.Converting;

/// <summary>
/// How objects of one API version become objects of another. What the rows don't know, isn't converted. Pure, thread-safe.
/// </summary>
/// <remarks>
/// What changes between versions that were removed is in https://kubernetes.io/docs/reference/using-api/deprecation-guide/. What that guide
/// doesn't say (defaults of extensions, alpha versions, Gateway API, snapshots) is in the sources that each row names.
/// </remarks>
public static class ConversionTable
{
    private static readonly ConcurrentDictionary<(string ApiVersion, string Kind), ImmutableArray<ConversionPath>> Found = new();

    public static ImmutableArray<Conversion> Rows { get; } =
    [
        .. WorkloadConversions.Rows,
        .. BatchConversions.Rows,
        .. AutoscalerConversions.Rows,
        .. NetworkConversions.Rows,
        .. SliceConversions.Rows,
        .. DefinitionConversions.Rows,
        .. AdmissionConversions.Rows,
        .. RoleConversions.Rows,
        .. ClusterConversions.Rows,
        .. DeviceConversions.Rows,
    ];

    public static ImmutableArray<RemovedKind> Removed => RemovedKinds.All;

    /// <summary>Every version that an object can be converted to, the nearest first, and of equally near ones the best.</summary>
    public static ImmutableArray<ConversionPath> From(string apiVersion, string kind) =>
        Found.GetOrAdd((apiVersion, kind), key => Search(key.ApiVersion, key.Kind));

    public static ConversionPath? Between(string from, string to, string kind) => From(from, kind).FirstOrDefault(p => p.To == to);

    /// <summary>What to use instead of a kind that has no successor; null: none is known.</summary>
    public static string? ReplacementOf(string apiVersion, string kind) =>
        Removed.FirstOrDefault(r => r.Kind == kind && r.Versions.Contains(apiVersion))?.Replacement;

    private static ImmutableArray<ConversionPath> Search(string apiVersion, string kind)
    {
        var paths = new List<ConversionPath> { new(apiVersion, kind, []) };
        var seen = new HashSet<string>(StringComparer.Ordinal) { apiVersion };
        for (var i = 0; i < paths.Count; i++)
        {
            var path = paths[i];
            foreach (var row in Rows.Where(r => r.Takes(path.To, kind)))
                paths.AddRange(row.To.Where(seen.Add).Select(to => path.Then(row, to)));
        }
        return [.. paths.Skip(1)];
    }
}
