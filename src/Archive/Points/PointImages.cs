using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Disk images that points name by their location.</summary>
public static class PointImages
{
    /// <summary>The path of an image in the vault; null: it is elsewhere.</summary>
    /// <param name="vault">The vault's location.</param>
    /// <param name="location">As an inventory names it.</param>
    public static string? PathOf(string vault, string location)
    {
        var prefix = $"{vault.TrimEnd('/')}/";
        return
            location.StartsWith($"{prefix}{VaultPaths.ClustersPrefix}", StringComparison.Ordinal)
            && BlobPath.IsValid(location.AsSpan(prefix.Length))
            ? location[prefix.Length..]
            : null;
    }

    /// <summary>
    /// The path of an image in any vault: the same in each copy of the one that it was captured into. Null: it is in none.
    /// </summary>
    /// <param name="location">As an inventory names it.</param>
    public static string? PathIn(ClusterName cluster, string location) =>
        location.LastIndexOf($"/{VaultPaths.Images(cluster)}", StringComparison.Ordinal) is var at and >= 0
        && location.EndsWith(VaultPaths.ImageEnding, StringComparison.Ordinal)
        && BlobPath.IsValid(location.AsSpan(at + 1))
            ? location[(at + 1)..]
            : null;
}
