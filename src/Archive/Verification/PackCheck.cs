using System.Buffers;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Proves packs. One that is read is read once, whole: its digest is its name, and every part in it is what its inventory says. Of others
/// it is looked at whether they are there, and long enough.
/// </summary>
internal sealed class PackCheck(
    IBlobStore store,
    ClusterName cluster,
    VaultListing listing,
    ReferencedParts named,
    IReadOnlyDictionary<ContentDigest, DataKey> keys,
    Findings findings,
    IProgress<long>? progress
)
{
    /// <summary>With packs of at most 16 MiB and parts of at most 8 MiB raw, this bounds the memory to about 100 MiB.</summary>
    private const int Parallel = 4;

    private long bytes;
    private int packs;

    public long Bytes => bytes;

    /// <summary>Packs that were read.</summary>
    public int Packs => packs;

    /// <summary>Packs that were looked at.</summary>
    public int Seen { get; private set; }

    /// <summary>The last pack that was looked at; null: all were.</summary>
    public ContentDigest? Rest { get; private set; }

    public Task RunAsync(VerifyRequest request, CancellationToken cancellation) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            UntilOver(request),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (pack, stop) => await (request.Packs.Includes(pack) ? CheckAsync(pack, stop) : LookForAsync(pack, stop))
        );

    /// <summary>In order of digest. What was given out is looked at to its end.</summary>
    private IEnumerable<ContentDigest> UntilOver(VerifyRequest request)
    {
        var after = request.After?.ToString();
        var left = named.Packs.Select(p => (Pack: p, Name: p.ToString())).Where(p => string.CompareOrdinal(p.Name, after) > 0);
        ContentDigest? last = null;
        foreach (var (pack, _) in left.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            if (last is not null && request.IsOver())
            {
                Rest = last;
                yield break;
            }
            last = pack;
            Seen++;
            yield return pack;
        }
    }

    private async Task LookForAsync(ContentDigest digest, CancellationToken cancellation)
    {
        var path = PathOf(digest);
        var end = named.In(digest).Max(p => p.Part.Offset + p.Part.Length);
        if (listing.Blobs.TryGetValue(path, out var versions))
        {
            if (!listing.ReportOversized(path, FormatLimits.PackBytes, null, findings) && versions.Max(v => v.Length) < end)
                Report(named.In(digest), FindingKind.DigestMismatch, path, "was cut short since it was written and no longer holds");
        }
        // a capture may have written it since the listing
        else if (await store.ReadRangeAsync(path, null, 0, 1, cancellation) is null)
            Report(named.In(digest), FindingKind.Missing, path, "is gone");
    }

    private async Task CheckAsync(ContentDigest digest, CancellationToken cancellation)
    {
        var path = PathOf(digest);
        if (listing.ReportOversized(path, FormatLimits.PackBytes, null, findings))
            return;
        foreach (var parts in named.In(digest).GroupBy(p => p.Part.PackVersion))
            await CheckAsync(digest, path, [.. parts], cancellation);
        Interlocked.Increment(ref packs);
    }

    private async Task CheckAsync(ContentDigest digest, string path, List<NamedPart> parts, CancellationToken cancellation)
    {
        try
        {
            var version = parts[0].Part.PackVersion;
            var content =
                await store.ReadAsync(path, version, cancellation)
                ?? (version is null ? null : await store.ReadAsync(path, null, cancellation));
            if (content is null)
                Report(parts, FindingKind.Missing, path, "is gone");
            else
                Check(digest, path, content, parts);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Malformed)
        {
            Report(parts, FindingKind.Malformed, path, $"can't be opened ({e.Message}) and doesn't give");
        }
    }

    private void Check(ContentDigest digest, string path, byte[] content, List<NamedPart> parts)
    {
        var done = Interlocked.Add(ref bytes, content.Length);
        progress?.Report(done);
        var isUnchanged = ContentDigest.Of(content) == digest;
        var hurt = parts
            .Select(p => (Part: p, Fault: Fault(path, content, p, isUnchanged)))
            .Where(p => p.Fault is not null)
            .ToLookup(p => p.Fault, p => p.Part);
        if (isUnchanged)
        {
            Report(hurt[ArchiveFailure.Malformed], FindingKind.Malformed, path, "is as it was written, but doesn't hold, as gzip,");
            Report(
                hurt[ArchiveFailure.DigestMismatch],
                FindingKind.DigestMismatch,
                path,
                "is as it was written, but doesn't hold, with the promised digest,"
            );
        }
        else if (hurt.Count > 0)
            Report(
                hurt.SelectMany(h => h),
                FindingKind.DigestMismatch,
                path,
                "was changed or cut short since it was written and no longer holds"
            );
        else
            findings.Add(
                FindingKind.DigestMismatch,
                path,
                parts[0].Point,
                null,
                $"{path} was changed since it was written, in bytes that no manifest depends on: every part in it is still proven"
            );
    }

    /// <summary>Points agree on it: where they don't, what the others say isn't found in it.</summary>
    private string PathOf(ContentDigest pack) => VaultPaths.Pack(cluster, named.In(pack).First().Part);

    private ArchiveFailure? Fault(string path, byte[] content, NamedPart named, bool isUnchanged)
    {
        var part = named.Part;
        if (part.Offset + part.Length > content.Length)
            return ArchiveFailure.Malformed;
        var cipher = CipherOf(named);
        // without the key only the pack as a whole is proven
        if (part.Key is not null && cipher is null)
            return isUnchanged ? null : ArchiveFailure.DigestMismatch;
        // used again for the next part: fresh memory costs more than unpacking into it
        var buffer = ArrayPool<byte>.Shared.Rent((int)part.RawBytes);
        try
        {
            var raw = buffer.AsMemory(0, (int)part.RawBytes);
            if (PartReader.Open(content.AsMemory((int)part.Offset, (int)part.Length), part, cipher, raw.Span) is { } fault)
                return fault;
            CheckManifests(path, named, raw);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private PartCipher? CipherOf(NamedPart named) =>
        named is { Part.Key: { } id, Context: { } context } && keys.TryGetValue(id, out var key) ? new(key, context) : null;

    /// <summary>A verified part holds what was captured; whether a restore can read it is checked separately.</summary>
    private void CheckManifests(string path, NamedPart named, ReadOnlyMemory<byte> raw)
    {
        for (var line = 0; raw.Length > 0; line++)
        {
            var manifest = raw[..raw.Span.IndexOf((byte)'\n')];
            raw = raw[(manifest.Length + 1)..];
            if (ManifestText.Fault(manifest) is not { } fault)
                continue;
            var subject = $"{ManifestText.Describe(manifest.Span, line)}, {named.Segment}";
            findings.Add(
                FindingKind.Malformed,
                path,
                named.Point,
                subject,
                $"{path} is as it was written, but {subject} of {named.Point} can't be restored: {fault}"
            );
        }
    }

    private void Report(IEnumerable<NamedPart> hurt, FindingKind kind, string path, string what)
    {
        foreach (var part in hurt.DistinctBy(p => (p.Point, p.Segment)))
        {
            var others = part.OtherPoints == 0 ? "" : $", and the same in {part.OtherPoints} other point(s)";
            findings.Add(kind, path, part.Point, part.Segment, $"{path} {what} {part.Segment} of {part.Point}{others}");
        }
    }
}
