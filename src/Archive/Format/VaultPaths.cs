using System.Globalization;

namespace Holdfast.Archive.Format;

/// <summary>
/// Every path of a vault, made only from types that can't hold a separator or a dot segment. Specified in docs/format.md, "Layout".
/// </summary>
public static class VaultPaths
{
    public const string Marker = "holdfast.json";
    public const string ClustersPrefix = "clusters/";

    /// <summary>Documents with wrapped data keys.</summary>
    public const string Keys = "keys/";
    private const string Begun = ".begun.json";
    private const string Ended = ".ended.json";
    public const string ImageEnding = ".vhd";

    public const string Takeovers = "takeovers/";
    private const string Returned = ".returned.json";

    /// <param name="number">From 1 on.</param>
    public static string Takeover(int number) => string.Create(CultureInfo.InvariantCulture, $"{Takeovers}{number}.json");

    public static string TakeoverReturn(int number) => string.Create(CultureInfo.InvariantCulture, $"{Takeovers}{number}{Returned}");

    public static string Cluster(ClusterName cluster) => $"clusters/{cluster}/";

    public static string Packs(ClusterName cluster) => $"clusters/{cluster}/packs/";

    /// <param name="isEncrypted">Of packs whose parts are encrypted, and which therefore are no gzip files.</param>
    public static string Pack(ClusterName cluster, ContentDigest digest, bool isEncrypted = false) =>
        $"clusters/{cluster}/packs/{digest}{(isEncrypted ? ".encrypted" : ".ndjson.gz")}";

    /// <summary>The pack in which a part is.</summary>
    public static string Pack(ClusterName cluster, Part part) => Pack(cluster, part.Pack, part.Key is not null);

    public static string Points(ClusterName cluster) => $"clusters/{cluster}/points/";

    public static string Inventory(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/inventory.json.gz";

    public static string Infrastructure(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/infrastructure.json.gz";

    public static string Seal(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/seal.json";

    public static string Expired(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/expired.json";

    public static string Hold(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/hold.json";

    public static string Purges(ClusterName cluster) => $"clusters/{cluster}/purges/";

    public static string PurgeBegun(ClusterName cluster, string purge) => $"{Purges(cluster)}{purge}{Begun}";

    public static string PurgeEnded(ClusterName cluster, string purge) => $"{Purges(cluster)}{purge}{Ended}";

    /// <param name="number">From 1.</param>
    public static string Key(int number) => $"{Keys}{number.ToString("000000", CultureInfo.InvariantCulture)}.json";

    /// <summary>The number of the key document that a path is of; null: it is none.</summary>
    public static int? KeyOf(string path) =>
        path.StartsWith(Keys, StringComparison.Ordinal)
        && int.TryParse(path[Keys.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
        && path == Key(number)
            ? number
            : null;

    /// <summary>The pack that a path is of, encrypted or not; null: it is no pack's.</summary>
    public static ContentDigest? PackOf(ClusterName cluster, string path)
    {
        var prefix = Packs(cluster);
        return
            path.StartsWith(prefix, StringComparison.Ordinal)
            && ContentDigest.TryParse(path[prefix.Length..].Split('.')[0], out var digest)
            && (path == Pack(cluster, digest) || path == Pack(cluster, digest, isEncrypted: true))
            ? digest
            : null;
    }

    /// <summary>The point that a path is of; null: it is no blob of a point.</summary>
    public static PointId? PointOf(ClusterName cluster, string path)
    {
        var prefix = Points(cluster);
        return
            path.StartsWith(prefix, StringComparison.Ordinal)
            && PointId.TryParse(path[prefix.Length..].Split('/')[0], out var point)
            && (
                path == Seal(cluster, point)
                || path == Inventory(cluster, point)
                || path == Infrastructure(cluster, point)
                || path == Expired(cluster, point)
                || path == Hold(cluster, point)
            )
            ? point
            : null;
    }

    /// <summary>The purge whose mark of that kind a path is; null: it is none.</summary>
    public static string? PurgeOf(ClusterName cluster, string path, bool hasEnded)
    {
        var (prefix, ending) = (Purges(cluster), hasEnded ? Ended : Begun);
        if (!path.StartsWith(prefix, StringComparison.Ordinal) || !path.EndsWith(ending, StringComparison.Ordinal))
            return null;
        var name = path[prefix.Length..^ending.Length];
        return ClusterName.TryParse(name, out _) ? name : null;
    }

    public static string Images(ClusterName cluster) => $"clusters/{cluster}/images/";

    /// <param name="disk">Lower-case hex digits that follow from the disk.</param>
    /// <param name="name">Lower-case letters, digits and hyphens.</param>
    public static string Image(ClusterName cluster, string disk, string name) => $"{Images(cluster)}{disk}/{name}{ImageEnding}";
}
