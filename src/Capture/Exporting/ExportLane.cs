using System.Collections.Immutable;
using Holdfast.Archive.Packing;
using Holdfast.Capture.Planning;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;

namespace Holdfast.Capture.Exporting;

/// <summary>Reads its share of a unit's slices one after the other into packs of its own.</summary>
internal sealed class ExportLane(ExportContext context, PackWriter pack, ExportClock clock, CaptureUnit share) : IDisposable
{
    private const int PageBytes = 8 << 20;

    /// <summary>
    /// What is larger is read in pages: a list in pages can be continued when the time is up or a connection breaks, one answer can't.
    /// </summary>
    private const long OneAnswerBytes = 256 << 20;

    private readonly ResourceLister lister = new(context.Connection);
    private readonly SegmentFingerprint fingerprint = new();
    private readonly Queue<Slice> queue = new(share.Slices);
    private readonly List<SliceReading> readings = [];
    private readonly List<Slice> open = [];

    /// <returns>With what is left of the share: slices whose time was up, and those that weren't begun.</returns>
    public async Task<UnitResult> RunAsync(CancellationToken cancellation)
    {
        var worked = false;
        while (!(worked && clock.IsUp) && queue.TryDequeue(out var slice))
        {
            await ExportAsync(slice, cancellation);
            worked = true;
        }
        var packed = await pack.CompleteAsync(cancellation);
        ImmutableArray<Slice> rest = [.. open, .. queue];
        return new()
        {
            Unit = share.Number,
            Piece = share.Piece,
            Slices = [.. readings.Where(reading => !reading.IsVoid).Select(reading => reading.Result())],
            Rest = rest.IsEmpty ? null : share with { Piece = share.Piece + 1, Slices = rest },
            PacksWritten = packed.PacksWritten,
            BytesWritten = packed.BytesWritten,
        };
    }

    public void Dispose() => pack.Dispose();

    private async Task ExportAsync(Slice slice, CancellationToken cancellation)
    {
        if (!slice.OwnRevision && context.Expired)
            readings.Add(new(slice) { State = SliceState.Expired });
        else if (!await ReusedAsync(slice, cancellation) && !await ReadLatestAsync(slice, cancellation))
            await ReadAsync(slice, cancellation);
    }

    /// <summary>Reuses what is known of the slice. False: it must be read whole.</summary>
    private async Task<bool> ReusedAsync(Slice slice, CancellationToken cancellation)
    {
        var fingerprinter = new Fingerprinter(context, lister, fingerprint);
        if (!fingerprinter.IsWorthwhile(slice))
            return false;
        var reading = new SliceReading(slice);
        var mustBeRead = false;
        await GuardAsync(
            reading,
            async () =>
            {
                var changed = await fingerprinter.CompareAsync(reading, cancellation);
                mustBeRead = changed is null;
                foreach (var part in changed ?? [])
                    queue.Enqueue(part);
            },
            cancellation
        );
        if (!mustBeRead)
            readings.Add(reading);
        return !mustBeRead;
    }

    /// <summary>
    /// Reads the slice in one answer at the latest revision, which a watch cache gives. False: that isn't proven to be the state at the
    /// plan's revision, and doesn't count.
    /// </summary>
    private async Task<bool> ReadLatestAsync(Slice slice, CancellationToken cancellation)
    {
        var type = context.Type(slice.Resource);
        if (
            !context.Costs.LatestFirst
            || slice.OwnRevision
            || slice.Resume is not null
            || type.SampleBytes * slice.Expected > OneAnswerBytes
        )
            return false;
        var walk = new SegmentWalk(type, context.Header(type), context.Filter, fingerprint, pack, context.Encryption);
        var reading = new SliceReading(slice) { Walk = walk, Revision = type.Revision };
        var proof = new LatestProof(
            new(type.Api, slice.Namespace)
            {
                Revision = type.Revision?.ToString(),
                LabelSelector = context.LabelSelector,
                PassesOverLarge = true,
                Between = () => pack.WriteFullPacksAsync(cancellation),
            }
        );
        long objects = 0,
            bytes = 0;
        void Receive(in ListedItem item)
        {
            proof.Count(in item);
            walk.Receive(in item);
            (objects, bytes) = (objects + 1, bytes + item.Bytes);
        }
        var holds = false;
        readings.Add(reading);
        await GuardAsync(reading, async () => holds = await proof.HoldsAsync(lister, Receive, cancellation), cancellation);
        if (holds)
        {
            walk.Complete();
            context.Progress.Add(objects, bytes);
            return true;
        }
        walk.Abandon();
        reading.IsVoid = true;
        return false;
    }

    private async Task ReadAsync(Slice slice, CancellationToken cancellation)
    {
        var type = context.Type(slice.Resource);
        var restarted = false;
        foreach (var request in Attempts(slice, type))
        {
            // a server that doesn't list at a revision that it named itself may still list at its latest one
            var exact = request.Revision is not null;
            var walk = new SegmentWalk(type, context.Header(type), context.Filter, fingerprint, pack, context.Encryption);
            var reading = new SliceReading(slice) { Walk = walk, Restarted = restarted };
            if (request.Continue is not null)
                walk.Resume(slice.Resume!);
            readings.Add(reading);
            await GuardAsync(reading, () => PagesAsync(request, reading, walk, cancellation), cancellation);
            if (!slice.OwnRevision || !(reading.State is SliceState.Expired || (reading.State is SliceState.Failed && exact)))
                return;
            restarted = reading.IsVoid = true;
        }
    }

    /// <summary>
    /// A list at the plan's revision has one chance. One at its own revision is begun again when it expires, at last unpaged: a single
    /// answer can't.
    /// </summary>
    private IEnumerable<ListRequest> Attempts(Slice slice, PlannedType type)
    {
        var request = new ListRequest(type.Api, slice.Namespace)
        {
            Limit = slice.PageLimit,
            PageBytes = PageBytes,
            LabelSelector = context.LabelSelector,
            PassesOverLarge = true,
        };
        if (slice.Resume is { } resume)
            yield return request with
            {
                Continue = resume.Continue,
            };
        else if (!slice.OwnRevision || (type.OwnStore && type.Revision is not null))
            yield return request with
            {
                Revision = type.Revision?.ToString(),
            };
        if (!slice.OwnRevision)
            yield break;
        yield return request;
        yield return request with
        {
            Limit = 5_000,
            PageBytes = null,
        };
        yield return request with
        {
            Limit = 0,
            PageBytes = null,
        };
    }

    private async Task PagesAsync(ListRequest request, SliceReading reading, SegmentWalk walk, CancellationToken cancellation)
    {
        reading.Revision = reading.Slice.Resume?.Revision;
        await foreach (
            var page in lister.ListAsync(
                request with
                {
                    Between = () => pack.WriteFullPacksAsync(cancellation),
                },
                walk.Receive,
                cancellation
            )
        )
        {
            reading.Revision ??= new(page.Revision);
            context.Progress.Add(page.Items, page.Bytes);
            if (page.Continue is null || !clock.IsUp)
                continue;
            open.Add(reading.Slice with { Resume = walk.Suspend(page.Continue, new(page.Revision)) });
            reading.State = SliceState.Open;
            return;
        }
        walk.Complete();
    }

    /// <summary>
    /// Turns what the cluster may do wrong about one list into the reading's state; lets through what no other list would survive.
    /// </summary>
    private async Task GuardAsync(SliceReading reading, Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work();
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Expired)
        {
            reading.State = SliceState.Expired;
            if (!reading.Slice.OwnRevision)
                context.Expired = true;
            reading.Walk?.Abandon();
        }
        catch (ClusterException e) when (e.Failure is not ClusterFailure.NotAuthenticated)
        {
            if (e.Failure is ClusterFailure.Unreachable)
                await context.Connection.GetAsync("/version", cancellation);
            reading.State = SliceState.Failed;
            reading.Error = e.Message;
            reading.Walk?.Abandon();
        }
    }
}
