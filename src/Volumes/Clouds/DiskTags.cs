using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Volumes.Clouds;

/// <summary>
/// What snapshots that a capture makes in a cloud are called, and the tags that lead from them, and from the disks that a restore makes,
/// back to the point: the same in every process that continues the run. Pure.
/// </summary>
/// <remarks>
/// Tags of Azure: at most 50, a value of at most 256 characters.
/// https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
/// </remarks>
public static class DiskTags
{
    public const string Run = "holdfast-run";

    /// <summary>The name that the cluster's points are under.</summary>
    public const string Cluster = "holdfast-cluster";
    public const string Vault = "holdfast-vault";

    /// <summary>On a disk that a restore has made: the point that its data is of.</summary>
    public const string Point = "holdfast-point";
    private const string OfClaim = "holdfast-claim";
    private const int LongestValue = 256;

    public static string NameOf(string run, int number) => $"holdfast-{ShortDigest.Of(run)}-{number}";

    /// <param name="vault">Where the point is written; null: it isn't said.</param>
    public static ImmutableSortedDictionary<string, string> Of(string run, ClusterName cluster, VolumeRecord volume, string? vault = null)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        tags[Run] = run;
        tags[Cluster] = cluster.ToString();
        if (volume.Claim is not null)
            tags[OfClaim] = Cut($"{volume.Namespace}/{volume.Claim}");
        if (volume.Volume is not null)
            tags["holdfast-volume"] = Cut(volume.Volume);
        if (vault is not null)
            tags[Vault] = Cut(vault);
        return tags.ToImmutable();
    }

    /// <summary>Of a disk that a restore makes for a claim.</summary>
    /// <param name="plan">The restore's.</param>
    /// <param name="vault">Where the point is; empty: it isn't said.</param>
    public static ImmutableSortedDictionary<string, string> OfRestore(
        string plan,
        ClusterName cluster,
        PointId point,
        string claim,
        string vault
    )
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        tags[Run] = plan;
        tags[Cluster] = cluster.ToString();
        tags[Point] = point.ToString();
        tags[OfClaim] = Cut(claim);
        if (vault.Length > 0)
            tags[Vault] = Cut(vault);
        return tags.ToImmutable();
    }

    /// <summary>As a tag's value holds it.</summary>
    public static string Cut(string text) => text.Length <= LongestValue ? text : text[..LongestValue];
}
