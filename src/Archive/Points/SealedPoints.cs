using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Lists what a vault holds, from the seals alone.</summary>
public static class SealedPoints
{
    /// <summary>The clusters that have anything in the vault, in order of name.</summary>
    public static Task<ImmutableArray<ClusterName>> ClustersAsync(IBlobStore store, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A cluster's points in order of sequence (then id). A seal that can't be read is left out here and found by verification.</summary>
    public static Task<ImmutableArray<SealedPoint>> ListAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation) => throw new NotImplementedException();
}
