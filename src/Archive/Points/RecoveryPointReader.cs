using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Reads one sealed point; what has no seal, or does not match it, is not opened. Thread-safe.</summary>
public sealed class RecoveryPointReader
{
    private RecoveryPointReader(Seal seal, Inventory inventory) => (Seal, Inventory) = (seal, inventory);

    public Seal Seal { get; }
    public Inventory Inventory { get; }

    /// <exception cref="ArchiveException">NotFound without a seal; Malformed, NewerVersion or DigestMismatch.</exception>
    public static Task<RecoveryPointReader> OpenAsync(IBlobStore store, ClusterName cluster, PointId point, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>The segment's manifests in order, without line ends. A part is released only after its digest is proven.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSegmentAsync(Segment segment, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The manifests of one part, in order; the same proof.</summary>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPartAsync(Segment segment, int part, CancellationToken cancellation) => throw new NotImplementedException();
}
