namespace Holdfast.Archive.Format;

/// <summary>
/// Every path of a vault, made only from types that can't hold a separator or a dot segment. Specified in docs/format.md, "Layout".
/// </summary>
public static class VaultPaths
{
    public const string Marker = "holdfast.json";
    public const string ClustersPrefix = "clusters/";

    public static string Cluster(ClusterName cluster) => $"clusters/{cluster}/";

    public static string Packs(ClusterName cluster) => $"clusters/{cluster}/packs/";

    public static string Pack(ClusterName cluster, ContentDigest digest) => $"clusters/{cluster}/packs/{digest}.ndjson.gz";

    public static string Points(ClusterName cluster) => $"clusters/{cluster}/points/";

    public static string Inventory(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/inventory.json.gz";

    public static string Seal(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/seal.json";

    public static string Expired(ClusterName cluster, PointId point) => $"clusters/{cluster}/points/{point}/expired.json";
}
