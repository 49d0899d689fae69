using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Archive.Packing;

/// <summary>Sizes of parts and packs. The format's limits are 8 MiB raw a part and 16 MiB a pack.</summary>
public sealed record PackLimits
{
    public static readonly PackLimits Default = new();

    /// <summary>A part is closed when its raw bytes reach this; one larger manifest still makes one part.</summary>
    public int PartRawBytes { get; init; } = 8 << 20;

    /// <summary>A pack is closed before it would pass this.</summary>
    public int PackBytes { get; init; } = 8 << 20;
}

/// <summary>One segment as a unit of export packed it.</summary>
public sealed record PackedSegment(string Resource, string? Namespace, long Objects, ImmutableArray<Part> Parts);

/// <param name="Segments">In the order in which they were begun; a segment without objects has no parts.</param>
public sealed record PackingResult(ImmutableArray<PackedSegment> Segments, int PacksWritten, long BytesWritten, int PartsReused);

/// <summary>
/// Packs manifests into parts and packs as they arrive, and writes each pack once it is full. Memory is bounded by one open part and the packs not yet written.
/// Not thread-safe; one writer a unit of export.
/// </summary>
/// <param name="destination">Where packs go.</param>
/// <param name="knownParts">Parts of earlier points by raw digest: a part with equal raw bytes is named instead of written again.</param>
public sealed class PackWriter(RecoveryPointWriter destination, PackLimits limits, IReadOnlyDictionary<ContentDigest, Part> knownParts) : IDisposable
{
    public void BeginSegment(string resource, string? ns) => throw new NotImplementedException();

    /// <summary>Adds one manifest as received. <paramref name="typeMeta"/> (<c>"apiVersion":"v1","kind":"Pod",</c>) is spliced in behind its first brace; empty when the manifest has its own.</summary>
    public void Append(ReadOnlySpan<byte> typeMeta, ReadOnlySpan<byte> manifest) => throw new NotImplementedException();

    public void EndSegment() => throw new NotImplementedException();

    /// <summary>Forgets the segment begun last, ended or not, with all that was appended to it.</summary>
    public void DropSegment() => throw new NotImplementedException();

    /// <summary>Writes the packs that are full. Call it between pages: it bounds the memory.</summary>
    public ValueTask WriteFullPacksAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Writes what is left and tells where every segment is. The writer is done after it.</summary>
    public Task<PackingResult> CompleteAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
