using System.Collections.Immutable;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;

namespace Holdfast.Capture.Fingerprints;

/// <summary>What a slice's metadata tells against what is known.</summary>
/// <param name="Unchanged">Segments to name again.</param>
/// <param name="Changed">What is to be read, a namespace each.</param>
/// <param name="ObjectsExcluded">Left out one by one, in the namespaces that needn't be read.</param>
/// <param name="MostChanged">Reading the slice whole is cheaper than reading what changed of it.</param>
internal sealed record SliceComparison(
    ImmutableArray<ExportedSegment> Unchanged,
    ImmutableArray<Slice> Changed,
    long ObjectsExcluded,
    bool MostChanged
);

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

    /// <returns>Null: some object's metadata is larger than is read of it, so that the slice must be read whole.</returns>
    public async Task<SliceComparison?> CompareAsync(Slice slice, CancellationToken cancellation)
    {
        try
        {
            return Compare(slice, (await WalkAsync(slice, cancellation)).Ended);
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
            Revision = type.Revision,
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

    private SegmentWalk NewWalk(PlannedType type) => new(type, context.Header(type), context.Filter, fingerprint, null);

    private SliceComparison Compare(Slice slice, List<WalkedSegment> walked)
    {
        var unchanged = ImmutableArray.CreateBuilder<ExportedSegment>();
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
        return new(
            unchanged.ToImmutable(),
            changed.ToImmutable(),
            excluded,
            MostChanged: toRead > 0 && (same < toRead || IsAll(slice, changed))
        );
    }

    /// <summary>What changed is the slice itself.</summary>
    private static bool IsAll(Slice slice, ImmutableArray<Slice>.Builder changed) =>
        changed.Count == 1 && changed[0].Namespace == slice.Namespace;
}

/// <summary>How often comparing paid, by type: where most has changed, it isn't tried again. Thread-safe.</summary>
internal sealed class ReuseOdds
{
    /// <summary>Objects that tell enough.</summary>
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
