using System.Runtime.InteropServices;
using Holdfast.Archive.Format;

namespace Holdfast.Capture.Reuse;

/// <summary>
/// Segments that are in the vault already (of the last point, of an earlier pass of this capture): a new point may refer to them instead of
/// reading or writing them again. Thread-safe once filled.
/// </summary>
public sealed class KnownSegments
{
    private readonly Dictionary<(string Resource, string? Namespace), List<Segment>> segments = [];
    private readonly Dictionary<string, (long Objects, long Bytes)> sizes = [];
    private readonly Dictionary<ContentDigest, Part> parts = [];
    private readonly IReadOnlySet<ContentDigest> avoided;

    public static KnownSegments None { get; } = new([]);

    /// <param name="avoided">Packs that nothing new may refer to; what lies in them still counts for sizes.</param>
    public KnownSegments(IEnumerable<Segment> known, IReadOnlySet<ContentDigest>? avoided = null)
    {
        this.avoided = avoided ?? new HashSet<ContentDigest>();
        foreach (var segment in known)
            Add(segment);
    }

    /// <summary>By the digest of their raw bytes.</summary>
    public IReadOnlyDictionary<ContentDigest, Part> Parts => parts;

    /// <summary>A known segment of the same content; null: none is known.</summary>
    public Segment? Find(string resource, string? ns, ContentDigest fingerprint)
    {
        foreach (var segment in Candidates(resource, ns))
        {
            if (segment.Fingerprint == fingerprint && !segment.Parts.Any(p => avoided.Contains(p.Pack)))
                return segment;
        }
        return null;
    }

    /// <summary>How many objects the type had there when last seen; null: unknown.</summary>
    public long? Objects(string resource, string? ns)
    {
        var candidates = Candidates(resource, ns);
        return candidates.Length == 0 ? null : candidates[^1].Objects;
    }

    /// <summary>Objects and raw bytes when last seen; of all namespaces when <paramref name="ns"/> is null.</summary>
    public (long Objects, long Bytes) Size(string resource, string? ns)
    {
        if (ns is null)
            return sizes.GetValueOrDefault(resource);
        var candidates = Candidates(resource, ns);
        return candidates.Length == 0 ? default : (candidates[^1].Objects, candidates[^1].Parts.Sum(p => p.RawBytes));
    }

    /// <summary>Without every segment that lies, in whole or in part, in one of these packs.</summary>
    public KnownSegments Without(IReadOnlySet<ContentDigest> packs) =>
        new(All.Where(s => !s.Parts.Any(p => packs.Contains(p.Pack))), avoided);

    /// <summary>Segments and parts in these packs aren't found any more; other parts of such segments are.</summary>
    public KnownSegments Avoiding(IReadOnlySet<ContentDigest> packs) => new(All, packs);

    public KnownSegments With(IEnumerable<Segment> more) => new(All.Concat(more), avoided);

    private IEnumerable<Segment> All => segments.Values.SelectMany(list => list);

    private ReadOnlySpan<Segment> Candidates(string resource, string? ns) =>
        segments.TryGetValue((resource, ns), out var list) ? CollectionsMarshal.AsSpan(list) : [];

    private void Add(Segment segment)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(segments, (segment.Resource, segment.Namespace), out _);
        (list ??= []).Add(segment);
        ref var size = ref CollectionsMarshal.GetValueRefOrAddDefault(sizes, segment.Resource, out _);
        size = (size.Objects + segment.Objects, size.Bytes + segment.Parts.Sum(p => p.RawBytes));
        foreach (var part in segment.Parts.Where(p => !avoided.Contains(p.Pack)))
            parts.TryAdd(part.RawDigest, part);
    }
}
