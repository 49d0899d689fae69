using System.Collections.Immutable;
using Holdfast.Archive.Packing;
using Holdfast.Capture.Planning;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;

namespace Holdfast.Capture.Exporting;

/// <summary>Finds with a metadata-only list at the plan's revision which segments are known and needn't be read.</summary>
internal sealed class Fingerprinter(ExportContext context, ResourceLister lister, SegmentFingerprint fingerprint)
{
    private const int Page = 5_000;

    /// <summary>Measured: below these the list of the metadata costs as much as reading the objects.</summary>
    private const int WorthwhileObjects = 100;
    private const int WorthwhileBytes = 300;

    public bool IsWorthwhile(Slice slice)
    {
        if (
            context.ReadAll
            || slice.OwnRevision
            || slice.Changed
            || slice.Resume is not null
            || !context.Type(slice.Resource).Fingerprintable
            || context.Odds.AreBad(slice.Resource)
        )
            return false;
        var (objects, bytes) = context.Known.Size(slice.Resource, slice.Namespace);
        return objects >= WorthwhileObjects && bytes >= objects * WorthwhileBytes;
    }

    /// <summary>Puts the segments that are known into the reading.</summary>
    /// <returns>
    /// What is to be read, a slice per namespace. Null: the whole slice, since that is cheaper than reading what changed of it, or some
    /// object's metadata is larger than is read of it; the reading is as it was.
    /// </returns>
    public async Task<ImmutableArray<Slice>?> CompareAsync(SliceReading reading, CancellationToken cancellation)
    {
        try
        {
            return Compare(reading, (await WalkAsync(reading.Slice, cancellation)).Ended);
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.TooLarge)
        {
            return null;
        }
    }

    private async Task<SegmentWalk> WalkAsync(Slice slice, CancellationToken cancellation)
    {
        var type = context.Type(slice.Resource);
        var exact = new ListRequest(type.Api, slice.Namespace)
        {
            Revision = type.Revision?.ToString(),
            Limit = Page,
            MetadataOnly = true,
            LabelSelector = context.LabelSelector,
        };
        return context.LatestListsAreCached && await LatestAsync(type, exact, cancellation) is { } latest
            ? latest
            : await ExactAsync(type, exact, cancellation);
    }

    private async Task<SegmentWalk> ExactAsync(PlannedType type, ListRequest request, CancellationToken cancellation)
    {
        var walk = NewWalk(type);
        await foreach (var _ in lister.ListAsync(request, walk.Receive, cancellation)) { }
        walk.Complete();
        return walk;
    }

    /// <summary>The list at the latest revision, where it is proven to be that at the plan's; null: it isn't.</summary>
    private async Task<SegmentWalk?> LatestAsync(PlannedType type, ListRequest exact, CancellationToken cancellation)
    {
        var walk = NewWalk(type);
        var proof = new LatestProof(exact);
        void Receive(in ListedItem item)
        {
            proof.Count(in item);
            walk.Receive(in item);
        }
        if (!await proof.HoldsAsync(lister, Receive, cancellation))
            return null;
        walk.Complete();
        return walk;
    }

    private SegmentWalk NewWalk(PlannedType type) => new(type, context.Header(type), context.Filter, fingerprint, null, context.Encryption);

    private ImmutableArray<Slice>? Compare(SliceReading reading, List<SegmentBuilder> walked)
    {
        var slice = reading.Slice;
        var unchanged = ImmutableArray.CreateBuilder<SegmentPiece>();
        var changed = ImmutableArray.CreateBuilder<Slice>();
        long excluded = 0,
            same = 0,
            toRead = 0;
        foreach (var segment in walked)
        {
            if (segment.Fingerprint is not { } print)
            {
                excluded += segment.Excluded;
            }
            else if (context.Known.Find(slice.Resource, segment.Namespace, print) is { } known)
            {
                unchanged.Add(new(segment.Namespace, known.Objects, print, known.Parts, Reused: true));
                excluded += segment.Excluded;
                same += known.Objects;
            }
            else
            {
                changed.Add(slice with { Namespace = segment.Namespace, Expected = segment.Objects, Changed = true });
                toRead += segment.Objects + UnitSizing.RequestCost;
            }
        }
        context.Odds.Count(slice.Resource, same, toRead);
        context.Progress.Add(same, 0);
        if (toRead > 0 && (same < toRead || IsAll(slice, changed)))
            return null;
        reading.Revision = context.Revision;
        reading.ObjectsExcluded = excluded;
        reading.Reused = unchanged.ToImmutable();
        return changed.ToImmutable();
    }

    /// <summary>What changed is the slice itself.</summary>
    private static bool IsAll(Slice slice, ImmutableArray<Slice>.Builder changed) =>
        changed.Count == 1 && changed[0].Namespace == slice.Namespace;
}

/// <summary>How much comparing has saved, by type: where most has changed, it isn't tried again. Thread-safe.</summary>
internal sealed class ReuseOdds
{
    /// <summary>Objects after which the comparison's worth is known.</summary>
    private const long Evidence = 2_000;
    private readonly Dictionary<string, (long Same, long Changed)> counts = [];

    public bool AreBad(string resource)
    {
        lock (counts)
            return counts.TryGetValue(resource, out var seen) && seen.Same + seen.Changed > Evidence && seen.Same < seen.Changed;
    }

    public void Count(string resource, long same, long changed)
    {
        lock (counts)
        {
            var seen = counts.GetValueOrDefault(resource);
            counts[resource] = (seen.Same + same, seen.Changed + changed);
        }
    }
}
