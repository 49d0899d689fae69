using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Archive.Packing;

/// <summary>Sizes of parts and packs. The format's limits are 8 MiB raw a part and 16 MiB a pack.</summary>
public sealed record PackLimits
{
    public static readonly PackLimits Default = new();

    /// <summary>
    /// A part is closed before it would pass this; one larger manifest still makes one part. Default 2 MiB: what a reader holds to read one
    /// object.
    /// </summary>
    public int PartRawBytes { get; init; } = 2 << 20;

    /// <summary>
    /// A pack is closed before it would pass this. Default 2 MiB: eight writers with a pack in work and one on its way each then hold at
    /// most 32 MiB.
    /// </summary>
    public int PackBytes { get; init; } = 2 << 20;

    /// <summary>
    /// zlib's level, 1 to 9. Default 1. Measured on 25 MB of mixed Kubernetes objects (CPU time, bytes kept): level 1 45 ms and 29%, level
    /// 2 78 ms and 21.5%, level 3 105 ms and 21%, level 6 20.6% for several times as much. Use level 2 where storage or upload costs more
    /// than CPU time.
    /// </summary>
    public int CompressionLevel { get; init; } = 1;
}

/// <param name="Segments">In the order in which they were begun; a segment without objects has no parts.</param>
public sealed record PackingResult(ImmutableArray<SegmentBuilder> Segments, int PacksWritten, long BytesWritten, int PartsReused);

/// <summary>
/// Packs manifests into parts and packs as they arrive, and writes each pack once it is full, while the next one fills. Memory is bounded
/// by the open packs (those of encrypted parts are others), the one on its way to the store, and those that filled up since
/// <see cref="WriteFullPacksAsync"/>. Not thread-safe; one writer a unit of export.
/// </summary>
public sealed class PackWriter : IDisposable
{
    private readonly RecoveryPointWriter destination;
    private readonly PackLimits limits;
    private readonly IReadOnlyDictionary<ContentDigest, Part> knownParts;
    private readonly List<SegmentBuilder> segments = [];
    private readonly PackAssembly plain;
    private readonly PackAssembly encrypted;
    private readonly PartEncoder encoder;
    private readonly CancellationTokenSource givenUp = new();
    private Task pendingWrite = Task.CompletedTask;
    private SegmentBuilder? open;
    private PackAssembly assembly;
    private PartCipher? cipher;
    private int packsWritten;
    private long bytesWritten;

    /// <param name="destination">Where packs go, and what of them is encrypted.</param>
    /// <param name="knownParts">
    /// Parts of earlier points by raw digest: a part with equal raw bytes is named instead of written again.
    /// </param>
    public PackWriter(RecoveryPointWriter destination, PackLimits limits, IReadOnlyDictionary<ContentDigest, Part> knownParts)
    {
        if (limits.PartRawBytes is < 1 or > FormatLimits.PartRawBytes || limits.PackBytes is < 1 or > FormatLimits.PackBytes)
            throw new ArgumentOutOfRangeException(nameof(limits), limits, "beyond the format's limits");
        (this.destination, this.limits, this.knownParts) = (destination, limits, knownParts);
        plain = assembly = new(limits.PackBytes, isEncrypted: false);
        encrypted = new(limits.PackBytes, isEncrypted: true);
        encoder = new(limits.CompressionLevel);
    }

    /// <summary>What is appended from here on belongs to this segment.</summary>
    public void Begin(SegmentBuilder segment)
    {
        if (open is not null)
            throw new InvalidOperationException($"segment {open.Resource} was not ended");
        segment.IsBegun = true;
        segments.Add(open = segment);
        cipher = destination.Encryption?.CipherOf(segment.Resource, segment.Namespace);
        assembly = cipher is null ? plain : encrypted;
        encoder.Into(assembly, cipher);
    }

    /// <summary>
    /// Adds one manifest as received. <paramref name="typeMeta"/> (<c>"apiVersion":"v1","kind":"Pod",</c>) is spliced in behind its first
    /// brace; empty when the manifest has its own.
    /// </summary>
    /// <returns>False: it is larger than the format allows a manifest or a pack to be, and nothing of it was added.</returns>
    public bool TryAppend(ReadOnlySpan<byte> typeMeta, ReadOnlySpan<byte> manifest)
    {
        if (open is null)
            throw new InvalidOperationException("no segment is open");
        var raw = (long)typeMeta.Length + manifest.Length + 1;
        if (raw > FormatLimits.ManifestRawBytes)
            return false;
        if (encoder.Objects > 0 && encoder.RawBytes + raw > limits.PartRawBytes)
            ClosePart();
        encoder.AppendLine(typeMeta, manifest);
        // a manifest that might compress to more than a pack gets its own part; whether it fits is known once that part is closed
        if (raw > FormatLimits.PartRawBytes && !TryClosePart())
            return false;
        open.Objects++;
        return true;
    }

    public void EndSegment()
    {
        if (open is null)
            throw new InvalidOperationException("no segment is open");
        if (encoder.Objects > 0)
            ClosePart();
        open = null;
    }

    /// <summary>Drops the last segment, ended or not, with everything appended to it.</summary>
    public void DropSegment()
    {
        if (segments.Count == 0)
            throw new InvalidOperationException("no segment was begun");
        if (encoder.Objects > 0)
            encoder.Close();
        assembly.DropOpenPart();
        var dropped = segments[^1];
        segments.RemoveAt(segments.Count - 1);
        foreach (var part in dropped.Drafts.Where(p => p.Pack is not null && assembly.Holds(p.Pack)).Reverse())
            assembly.CutBackTo(part.Pack!, part.Offset);
        open = null;
    }

    /// <summary>
    /// Writes the packs that are full, the last of them in the background: its failure is thrown by the next call. Call it often, for
    /// instance between two reads of a list, to bound the memory.
    /// </summary>
    public async ValueTask WriteFullPacksAsync(CancellationToken cancellation)
    {
        while ((plain.TakeFull() ?? encrypted.TakeFull()) is { } pack)
        {
            try
            {
                await pendingWrite;
            }
            catch
            {
                pack.Dispose();
                throw;
            }
            pendingWrite = WriteAsync(pack, cancellation);
        }
    }

    /// <summary>Writes the remaining packs and returns where each segment is stored. The writer can't be used afterwards.</summary>
    public async Task<PackingResult> CompleteAsync(CancellationToken cancellation)
    {
        if (open is not null)
            throw new InvalidOperationException($"segment {open.Resource} was not ended");
        plain.Finish();
        encrypted.Finish();
        await WriteFullPacksAsync(cancellation);
        await pendingWrite;
        var reused = segments.Sum(s => s.Drafts.Count(p => p.Known is not null));
        return new([.. segments], packsWritten, bytesWritten, reused);
    }

    /// <summary>Cancels a pending write: the output of a writer that wasn't completed isn't needed.</summary>
    public void Dispose()
    {
        givenUp.Cancel();
        _ = pendingWrite.ContinueWith(
            static write => write.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default
        );
        givenUp.Dispose();
        encoder.Dispose();
        plain.Dispose();
        encrypted.Dispose();
    }

    private void ClosePart()
    {
        if (!TryClosePart())
            throw new InvalidOperationException("a part of many manifests has compressed to more than a pack");
    }

    /// <summary>False: the part is larger than a pack, and is dropped.</summary>
    private bool TryClosePart()
    {
        var (objects, rawBytes, digest) = encoder.Close();
        var isKnown = knownParts.TryGetValue(digest, out var known) && known.RawBytes == rawBytes && known.Objects == objects;
        if (cipher is not null && !isKnown && !assembly.HasOverflowed)
            assembly.Encrypt(cipher);
        if (assembly.HasOverflowed)
        {
            assembly.DropOpenPart();
            return false;
        }
        var (pack, offset, length) = assembly.ClosePart();
        if (isKnown)
        {
            assembly.CutBackTo(pack, offset);
            open!.Drafts.Add(new PartDraft(objects, rawBytes, digest, null, 0, 0, known));
        }
        else
        {
            open!.Drafts.Add(new PartDraft(objects, rawBytes, digest, pack, offset, length, null) { Key = cipher?.Key.Id });
        }
        return true;
    }

    private async Task WriteAsync(PackBuffer pack, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, givenUp.Token);
        using (pack)
        {
            pack.Version = await destination.WritePackAsync(pack.Digest, pack.Content, either.Token, pack.IsEncrypted);
            packsWritten++;
            bytesWritten += pack.Length;
        }
    }
}
