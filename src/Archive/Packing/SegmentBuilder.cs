using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Packing;

/// <summary>
/// One segment while its objects are read and packed. The reader of the list sets the fingerprint and what it left out; the
/// <see cref="PackWriter"/> counts objects and adds parts. Not thread-safe.
/// </summary>
public sealed class SegmentBuilder(string resource, string? ns)
{
    private readonly List<PartDraft> drafts = [];

    public string Resource => resource;

    public string? Namespace => ns;

    /// <summary>Objects taken so far.</summary>
    public long Objects { get; set; }

    /// <summary>Objects that were listed and left out.</summary>
    public long Excluded { get; set; }

    /// <summary>Null while the list of its objects isn't complete.</summary>
    public ContentDigest? Fingerprint { get; set; }

    /// <summary>A pack writer has begun it; else there is nothing of it in any pack.</summary>
    public bool IsBegun { get; internal set; }

    /// <summary>Where its bytes are: known once the pack writer has completed.</summary>
    public ImmutableArray<Part> Parts => [.. drafts.Select(draft => draft.Result())];

    internal List<PartDraft> Drafts => drafts;
}

/// <summary>A part whose pack may not be written yet.</summary>
/// <param name="Pack">Null: the part is known from an earlier point.</param>
internal sealed record PartDraft(int Objects, long RawBytes, ContentDigest RawDigest, PackBuffer? Pack, int Offset, int Length, Part? Known)
{
    /// <summary>The data key that it is encrypted with; null: it isn't.</summary>
    public ContentDigest? Key { get; init; }

    public Part Result() =>
        Known
        ?? new Part
        {
            Objects = Objects,
            RawBytes = RawBytes,
            RawDigest = RawDigest,
            Pack = Pack!.Digest,
            Offset = Offset,
            Length = Length,
            PackVersion = Pack.Version,
            Key = Key,
        };
}
