using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>
/// Where the disk images of points are. They are known by their paths, which are the same in each copy of a vault and under each of its
/// addresses; what else a URL says is of the vault that the point was captured into.
/// </summary>
public static class PointImages
{
    /// <summary>The segments of an image's path: clusters, the cluster, images, the disk, the image.</summary>
    private const int Segments = 5;

    /// <summary>The path of an image in a vault; null: it isn't one of a vault.</summary>
    /// <param name="location">As an inventory names it.</param>
    public static string? PathOf(string location)
    {
        var parts = location.Split('/');
        if (parts.Length < Segments || parts[^Segments] != "clusters" || parts[^(Segments - 2)] != "images")
            return null;
        var path = string.Join('/', parts[^Segments..]);
        return path.EndsWith(VaultPaths.ImageEnding, StringComparison.Ordinal) && BlobPath.IsValid(path) ? path : null;
    }

    /// <inheritdoc cref="PathOf(string)"/>
    /// <param name="cluster">Null also: it is another cluster's.</param>
    public static string? PathOf(ClusterName cluster, string location) =>
        PathOf(location) is { } path && path.StartsWith(VaultPaths.Images(cluster), StringComparison.Ordinal) ? path : null;
}
