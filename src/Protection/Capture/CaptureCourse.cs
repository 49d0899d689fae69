using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Protection.Capture.Exporting;
using Holdfast.Protection.Capture.Fingerprints;
using Holdfast.Protection.Capture.Planning;
using Holdfast.Protection.Capture.Rounds;
using Holdfast.Protection.Capture.Sealing;

namespace Holdfast.Protection.Capture;

/// <summary>One capture on its way: the plan and the results so far, and the steps that move it on. Not thread-safe.</summary>
internal sealed class CaptureCourse(
    ClusterConnection connection, IBlobStore vault, TimeProvider time, CaptureRequest request, PreviousPoint? previous, SealSigner? signer,
    IProgress<CaptureProgress>? progress)
{
    /// <summary>Units of one cluster at once.</summary>
    private const int Units = 4;

    /// <summary>How often types whose definition moves, or whose known packs are lost, are read again.</summary>
    private const int Attempts = 5;

    private readonly CapturePlanner planner = new(connection, time);
    private readonly RecoveryPointWriter writer = new(vault, request.Cluster, request.KeepUntil, time);
    private readonly List<string> notes = [];
    private CapturePlan plan = null!;
    private KnownSegments known = KnownSegments.None;
    private ImmutableArray<UnitResult> results = [];
    private int packsWritten;
    private long bytesWritten;

    public async Task PlanAsync(CancellationToken cancellation)
    {
        plan = await planner.PlanAsync(request, previous, null, cancellation);
        known = PreviousPoint.Known(previous, plan.Reuses);
        notes.AddRange(plan.Notes);
    }

    /// <summary>Exports every unit at one revision, pinning another when it expires.</summary>
    public async Task ExportAsync(CancellationToken cancellation)
    {
        results = await ExportAsync(plan.Units, cancellation);
        await SettleRevisionAsync(cancellation);
    }

    private async Task SettleRevisionAsync(CancellationToken cancellation)
    {
        while (RevisionRounds.Expired(results) && plan.Round < RevisionRounds.MaxRounds)
            await PinAgainAsync(cancellation);
        if (!RevisionRounds.Expired(results))
            return;
        var (units, kept) = RevisionRounds.Behind(plan, results);
        notes.Add($"the server dropped the revision in each of {plan.Round} rounds; what was behind has been read at its own");
        results = [.. kept, .. await ExportAsync(units, cancellation)];
    }

    /// <summary>Reads types again whose definition changed meanwhile; where that can't be told any more, they count as failed.</summary>
    public async Task SettleDefinitionsAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; await MovedAsync(cancellation) is { IsEmpty: false } moved; attempt++)
        {
            if (attempt > Attempts)
            {
                results = DefinitionGuard.Unsettled(results, moved);
                return;
            }
            notes.Add($"read again because the definition changed during the capture: {string.Join(", ", moved)}");
            await Task.Delay(DefinitionGuard.ServingLag, time, cancellation);
            await ReadAgainAsync([.. moved], cancellation);
        }
    }

    private async Task<ImmutableArray<string>> MovedAsync(CancellationToken cancellation)
    {
        try
        {
            (plan, var moved) = await new DefinitionGuard(connection).CheckAsync(plan, cancellation);
            return moved;
        }
        catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
        {
            results = DefinitionGuard.Unproven(results, plan, e.Message);
            return [];
        }
    }

    public async Task<CaptureReport> SealAsync(CancellationToken cancellation)
    {
        Report("sealing", 0, plan.Units.Length, new());
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (point, inventory) = await new CaptureSealer(writer, time, signer).SealAsync(plan, results, cancellation);
                return Report(point, inventory);
            }
            catch (ArchiveException e) when (!e.LostPacks.IsEmpty && attempt <= Attempts)
            {
                await WriteAgainAsync(e.LostPacks, cancellation);
            }
        }
    }

    private async Task PinAgainAsync(CancellationToken cancellation)
    {
        known = known.With(RevisionRounds.Finished(plan, results));
        var expired = plan.Revision;
        plan = await planner.PlanAsync(request, previous, plan, cancellation);
        notes.Add($"the server dropped revision {expired} before everything was read; pinned {plan.Revision} instead");
        results = await ExportAsync(plan.Units, cancellation);
    }

    private async Task WriteAgainAsync(ImmutableArray<ContentDigest> lost, CancellationToken cancellation)
    {
        var gone = lost.ToHashSet();
        known = known.Without(gone);
        notes.Add($"{lost.Length} packs of earlier points are gone from the vault or can't be kept long enough; what was in them was read and written again");
        var hurt = results.SelectMany(r => r.Slices).Where(s => s.Segments.Any(g => g.Parts.Any(p => gone.Contains(p.Pack)))).Select(s => s.Resource);
        await ReadAgainAsync([.. hurt], cancellation);
    }

    /// <summary>Exports whole types again, in place of what their units brought. When the revision has expired meanwhile, everything is settled in another round.</summary>
    private async Task ReadAgainAsync(HashSet<string> resources, CancellationToken cancellation)
    {
        var units = plan.Units.Select(u => u with { Slices = [.. u.Slices.Where(s => resources.Contains(s.Resource))] }).Where(u => !u.Slices.IsEmpty);
        var kept = RevisionRounds.Without(results, s => resources.Contains(s.Resource));
        results = [.. kept, .. await ExportAsync([.. units], cancellation)];
        await SettleRevisionAsync(cancellation);
    }

    private async Task<ImmutableArray<UnitResult>> ExportAsync(ImmutableArray<CaptureUnit> units, CancellationToken cancellation)
    {
        var done = new ConcurrentBag<UnitResult>();
        var finished = 0;
        ExportProgress passing = null!;
        passing = new() { Changed = () => Report("exporting", finished, units.Length, passing) };
        var exporter = new UnitExporter(connection, plan, known, writer, time, passing);
        await Parallel.ForEachAsync(units, new ParallelOptions { MaxDegreeOfParallelism = Units, CancellationToken = cancellation }, async (unit, token) =>
        {
            for (var next = unit; next is not null;)
            {
                var result = await exporter.ExportAsync(next, UnitExporter.DefaultBudget, token);
                done.Add(result);
                next = result.Rest;
            }
            Interlocked.Increment(ref finished);
            passing.Changed();
        });
        packsWritten += done.Sum(r => r.PacksWritten);
        bytesWritten += done.Sum(r => r.BytesWritten);
        return [.. done];
    }

    private void Report(string phase, int unitsDone, int units, ExportProgress passing) =>
        progress?.Report(new(phase, passing.Objects, plan.Types.Sum(t => t.Count), passing.Bytes, unitsDone, units));

    private CaptureReport Report(SealedPoint point, Inventory inventory) => new()
    {
        State = inventory.Gaps.IsEmpty ? CaptureState.Succeeded : CaptureState.Partial,
        Point = point.Id,
        Cluster = request.Cluster,
        Revision = inventory.Revision,
        Objects = point.Seal.Objects,
        Bytes = point.Seal.RawBytes,
        PacksWritten = packsWritten,
        BytesWritten = bytesWritten,
        SegmentsReused = results.Sum(r => r.Slices.Sum(s => s.Segments.Count(g => g.Reused))),
        Segments = inventory.Segments.Length,
        Types = inventory.Types,
        Gaps = inventory.Gaps,
        Notes = [.. notes],
    };
}
