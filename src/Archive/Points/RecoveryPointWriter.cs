using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>A point that has its seal.</summary>
public sealed record SealedPoint(Seal Seal, ContentDigest SealDigest)
{
    public PointId Id => Seal.Point;
}

/// <summary>What a seal says beyond its inventory.</summary>
/// <param name="KeepUntil">Until when the point and every pack that it names must be immutable; null for not.</param>
public sealed record SealRequest(PointState State, DateTimeOffset? KeepUntil);

/// <summary>Writes one cluster's points: packs, then inventory, then seal; every write is create-only and may be repeated. Thread-safe.</summary>
public sealed class RecoveryPointWriter(IBlobStore store, ClusterName cluster, DateTimeOffset? keepUntil)
{
    /// <summary>Puts a pack under its digest. An existing pack is success only if its bytes are equal. Returns the store's version of it.</summary>
    public Task<string?> WritePackAsync(ContentDigest digest, ReadOnlyMemory<byte> content, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Writes the inventory, checks that every pack it names is there and immutable long enough, and writes the seal. The same inventory gives the same point.</summary>
    public Task<SealedPoint> SealAsync(Inventory inventory, SealRequest request, CancellationToken cancellation) => throw new NotImplementedException();
}
