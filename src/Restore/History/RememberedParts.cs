using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Restore.History;

/// <summary>
/// Reads parts of several points, each content once: equal digests are equal manifests, whichever point names them. Of the types that are
/// asked for only the objects of the name are kept. At most <see cref="MostBytes"/> are remembered; beyond that, parts are read again.
/// </summary>
internal sealed class RememberedParts(string name) : IDisposable
{
    private const long MostBytes = 64 << 20;
    private readonly Dictionary<(ContentDigest Digest, bool Filtered), IReadOnlyList<ReadOnlyMemory<byte>>> parts = [];
    private readonly HashSet<string> wanted = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1);
    private long bytes;

    public void Dispose() => turn.Dispose();

    /// <summary>Of this type only the objects of the name are asked for.</summary>
    public void Want(string groupResource) => wanted.Add(groupResource);

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(
        RecoveryPointReader point,
        Segment segment,
        int part,
        CancellationToken cancellation
    )
    {
        var key = (segment.Parts[part].RawDigest, wanted.Contains(segment.Resource));
        await turn.WaitAsync(cancellation);
        try
        {
            if (parts.TryGetValue(key, out var known))
                return known;
            var read = await point.ReadPartAsync(segment, part, cancellation);
            return Keep(key, key.Item2 ? Named(read) : read);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Copied: a manifest of a part keeps the whole part in memory.</summary>
    private List<ReadOnlyMemory<byte>> Named(IReadOnlyList<ReadOnlyMemory<byte>> manifests) =>
        [.. manifests.Where(m => ManifestText.NameOf(m.Span) == name).Select(m => new ReadOnlyMemory<byte>(m.ToArray()))];

    private IReadOnlyList<ReadOnlyMemory<byte>> Keep((ContentDigest, bool) key, IReadOnlyList<ReadOnlyMemory<byte>> manifests)
    {
        bytes += manifests.Sum(m => (long)m.Length);
        if (bytes > MostBytes)
        {
            parts.Clear();
            bytes = manifests.Sum(m => (long)m.Length);
        }
        return parts[key] = manifests;
    }
}
