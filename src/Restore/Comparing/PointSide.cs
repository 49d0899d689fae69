using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Restore.Selection;

namespace Holdfast.Restore.Comparing;

/// <summary>A point's objects by type, without the parts that another point has too: equal digests are equal objects, unread.</summary>
internal sealed class PointSide(PointManifests point)
{
    public PointManifests Point { get; } = point;

    /// <param name="other">The point to compare with; null: all parts are read.</param>
    public async IAsyncEnumerable<ComparedObject> ReadAsync(
        string groupResource,
        Func<string?, bool> selects,
        PointSide? other,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var (_, _, manifests) in Point.ReadPartsAsync(Parts(groupResource, selects, other), cancellation))
        foreach (var manifest in manifests)
            yield return new(ManifestKey.Of(manifest.Span), manifest);
    }

    private IEnumerable<(int Segment, int Part)> Parts(string groupResource, Func<string?, bool> selects, PointSide? other)
    {
        foreach (var index in Point.SegmentsOf(groupResource))
        {
            var segment = Point.Inventory.Segments[index];
            if (!selects(segment.Namespace))
                continue;
            var twin = other?.Twin(segment);
            if (
                twin is not null
                && twin.Fingerprint == segment.Fingerprint
                && Point.Inventory.ClusterUid == other!.Point.Inventory.ClusterUid
            )
                continue;
            var known = twin?.Parts.Select(p => p.RawDigest).ToHashSet() ?? [];
            for (var part = 0; part < segment.Parts.Length; part++)
                if (!known.Contains(segment.Parts[part].RawDigest))
                    yield return (index, part);
        }
    }

    private Segment? Twin(Segment segment)
    {
        foreach (var index in Point.SegmentsOf(segment.Resource))
            if (Point.Inventory.Segments[index].Namespace == segment.Namespace)
                return Point.Inventory.Segments[index];
        return null;
    }
}
