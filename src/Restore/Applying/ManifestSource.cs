using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>
/// A point's manifests by place. Keeps the parts opened last, since a plan goes through a part from its beginning to its end: a part is
/// opened about once, and memory is bounded. Thread-safe.
/// </summary>
internal sealed class ManifestSource(RecoveryPointReader point)
{
    private const int PartsKept = 64;
    private const long RawBytesKept = 64L << 20;

    private readonly Lock gate = new();
    private readonly LinkedList<OpenPart> opened = new();
    private readonly Dictionary<(int Segment, int Part), LinkedListNode<OpenPart>> index = [];
    private long rawBytes;

    /// <exception cref="RestoreException">BadPlan: there is no such manifest, or it isn't the one that was planned.</exception>
    public async Task<JsonObject> ReadAsync(ManifestLocation at, CancellationToken cancellation)
    {
        var manifests = await Open(at).WaitAsync(cancellation);
        if (at.Line < 0 || at.Line >= manifests.Count || ContentDigest.Of(manifests[at.Line].Span) != at.Digest)
            throw Misfit(at, "holds another manifest there");
        return ManifestJson.Parse(manifests[at.Line].Span);
    }

    private Task<IReadOnlyList<ReadOnlyMemory<byte>>> Open(ManifestLocation at)
    {
        if (
            at.Segment < 0
            || at.Segment >= point.Inventory.Segments.Length
            || at.Part < 0
            || at.Part >= point.Inventory.Segments[at.Segment].Parts.Length
        )
            throw Misfit(at, "has no such part");
        lock (gate)
        {
            if (index.TryGetValue((at.Segment, at.Part), out var known) && !known.Value.Manifests.IsFaulted)
            {
                opened.Remove(known);
                opened.AddFirst(known);
                return known.Value.Manifests;
            }
            return Add(at);
        }
    }

    private Task<IReadOnlyList<ReadOnlyMemory<byte>>> Add(ManifestLocation at)
    {
        var segment = point.Inventory.Segments[at.Segment];
        // Shared by every step of the part, so that no single step's cancellation may end it.
        var part = new OpenPart(
            at.Segment,
            at.Part,
            segment.Parts[at.Part].RawBytes,
            point.ReadPartAsync(segment, at.Part, CancellationToken.None)
        );
        if (index.Remove((at.Segment, at.Part), out var failed))
            Forget(failed);
        index[(at.Segment, at.Part)] = opened.AddFirst(part);
        rawBytes += part.RawBytes;
        while (opened.Count > 1 && (opened.Count > PartsKept || rawBytes > RawBytesKept))
        {
            var oldest = opened.Last!;
            index.Remove((oldest.Value.Segment, oldest.Value.Part));
            Forget(oldest);
        }
        return part.Manifests;
    }

    private void Forget(LinkedListNode<OpenPart> part)
    {
        opened.Remove(part);
        rawBytes -= part.Value.RawBytes;
    }

    private RestoreException Misfit(ManifestLocation at, string how) =>
        new(
            RestoreRefusal.BadPlan,
            $"the plan doesn't fit recovery point {point.Seal.Point}: it {how} (segment {at.Segment}, part {at.Part}, line "
                + $"{at.Line}). Plan the restore again"
        );

    private sealed record OpenPart(int Segment, int Part, long RawBytes, Task<IReadOnlyList<ReadOnlyMemory<byte>>> Manifests);
}
