using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Protection.Catalog;

/// <summary>The listing of a vault's points, rebuilt from their seals at each use.</summary>
public sealed class PointCatalog(IBlobStore vault)
{
    /// <summary>Points in order of cluster, then sequence. <paramref name="cluster"/> null: of every cluster.</summary>
    public Task<ImmutableArray<SealedPoint>> ListAsync(ClusterName? cluster, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Finds one point by its id, an unambiguous beginning of it (at least 4 characters), its six digits, or <c>latest</c>.</summary>
    /// <exception cref="ArchiveException">NotFound, with the nearest points; or ambiguous, with those it could be.</exception>
    public Task<SealedPoint> FindAsync(ClusterName? cluster, string text, CancellationToken cancellation) => throw new NotImplementedException();
}
