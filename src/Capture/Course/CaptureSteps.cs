using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Fingerprints;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Rounds;
using Holdfast.Capture.Sealing;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;

namespace Holdfast.Capture.Course;

/// <summary>
/// The steps of one capture, each bounded in time and repeatable: begin; export every unit of the leg, in any order and several at once;
/// settle, which may give another leg to export; seal, which may as well. What a step did stands in the ledger, so that any process may do
/// the next one. Thread-safe.
/// </summary>
/// <param name="signer">Null: the seal is not signed.</param>
/// <param name="believed">Whose points are believed beside the signer's; null: nothing is asked of them.</param>
/// <param name="progress">Told, from any thread, what this process does of the capture.</param>
public sealed class CaptureSteps(
    ClusterName cluster,
    IBlobStore vault,
    CaptureLedger ledger,
    TimeProvider time,
    SealSigner? signer = null,
    SealTrust? believed = null,
    IProgress<CaptureProgress>? progress = null
)
{
    /// <summary>How often types whose definition moves, or whose known packs are lost, are read again.</summary>
    private const int Attempts = 5;

    private readonly Lock gate = new();
    private readonly SealTrust chain = (believed ?? SealTrust.Anyone).ForCapture(signer);
    private readonly SealTrust trust = signer is null ? SealTrust.Unasked : SealTrust.Of([signer.PublicKey], UnsignedSeals.Refused);
    private PreviousPoint? previous;
    private RecoveryPointWriter? writer;
    private Task<LegExport>? export;
    private (int Leg, ClusterConnection? Connection) exports;

    /// <summary>Plans the first leg.</summary>
    /// <exception cref="CaptureException">What is asked for is malformed or matches nothing, or another cluster answers under the known
    /// name.</exception>
    /// <exception cref="ClusterException">The cluster can't be read at all.</exception>
    public async Task<LegSummary> BeginAsync(ClusterConnection connection, CaptureRequest request, CancellationToken cancellation)
    {
        if (await ledger.FindLegAsync(1, cancellation) is { } begun)
            return LegSummary.Of(begun);
        progress?.Report(new("planning", 0, 0, 0, 0, 0));
        var plan = await PlanAsync(connection, request, null, cancellation);
        return LegSummary.Of(await ledger.KeepAsync(CaptureLeg.First(plan, previous), cancellation));
    }

    /// <summary>Exports one piece of a unit: all of it, or what the time budget allows.</summary>
    /// <param name="unit">Index into the leg's units.</param>
    /// <exception cref="ClusterException">The cluster as a whole can't be reached, or no longer knows us.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<UnitSummary> ExportAsync(
        ClusterConnection connection,
        int leg,
        int unit,
        int piece,
        TimeSpan budget,
        CancellationToken cancellation
    )
    {
        if (await ledger.FindAsync(leg, unit, piece, cancellation) is { } done)
            return UnitSummary.Of(done);
        var under = await ExportOfAsync(leg, connection, cancellation);
        var what = piece == 0 ? under.Leg.Units[unit] : (await ledger.FindAsync(leg, unit, piece - 1, cancellation))?.Rest;
        var result = await under.Exporter.ExportAsync(
            what ?? throw new InvalidOperationException($"unit {unit} of leg {leg} has no piece {piece}"),
            budget,
            cancellation
        );
        var counts = await ledger.KeepAsync(leg, unit, result, cancellation);
        if (counts.Rest is null)
            under.UnitDone();
        return UnitSummary.Of(counts);
    }

    /// <summary>
    /// Looks whether all that was exported is of one revision and of one definition a type. All units of the leg must be exported.
    /// </summary>
    /// <returns>The leg that is to be exported, and settled, next; null: this one can be sealed.</returns>
    /// <exception cref="ClusterException">The cluster as a whole can't be reached, or no longer knows us.</exception>
    public async Task<LegSummary?> SettleAsync(ClusterConnection connection, int leg, CancellationToken cancellation)
    {
        if (await ledger.FindLegAsync(leg + 1, cancellation) is { } follows)
            return LegSummary.Of(follows);
        var present = await ledger.LegAsync(leg, cancellation);
        var next = await NextAsync(connection, present, await ledger.ResultsAsync(present, cancellation), cancellation);
        return next is null ? null : LegSummary.Of(await ledger.KeepAsync(next, cancellation));
    }

    /// <summary>Seals the point, or finds that packs are lost and must be written again.</summary>
    /// <exception cref="CaptureException">Nothing was captured, or the capture is too old.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<SealResult> SealAsync(int leg, CancellationToken cancellation)
    {
        var present = await ledger.LegAsync(leg, cancellation);
        var exported = await ledger.ResultsAsync(present, cancellation);
        progress?.Report(new("sealing", 0, present.Plan.Types.Sum(t => t.Count), 0, 0, present.Plan.Units.Length));
        try
        {
            var results = present.With(exported);
            var (point, inventory) = await new CaptureSealer(WriterFor(present), time, signer).SealAsync(
                present.Plan,
                results,
                cancellation
            );
            var report = CaptureReport.Of(present, exported, point, inventory);
            return new(report with { Warnings = [.. present.Plan.Warnings, .. Mutability(present.Plan)] }, null);
        }
        catch (ArchiveException e) when (!e.LostPacks.IsEmpty && present.PackAttempts < Attempts)
        {
            return new(null, LegSummary.Of(await ledger.KeepAsync(present.Rewritten(exported, e.LostPacks), cancellation)));
        }
    }

    /// <summary>Asked after the seal was written: before its first such request a store may not know.</summary>
    private ImmutableArray<string> Mutability(CapturePlan plan) =>
        plan.KeepUntil is { } until && vault.Immutability == ImmutabilitySupport.None
            ?
            [
                $"the point was to be immutable until {until:u}, and the storage at {vault.Location} can't refuse deletions: whoever "
                    + "may write there may delete it. Turn on version-level immutability for the container, or don't ask for it",
            ]
            : [];

    private async Task<CaptureLeg?> NextAsync(
        ClusterConnection connection,
        CaptureLeg leg,
        ImmutableArray<UnitResult> exported,
        CancellationToken cancellation
    )
    {
        if (!leg.Behind && RevisionRounds.Expired(leg.With(exported)))
            return leg.Plan.Round < RevisionRounds.MaxRounds
                ? await PinAgainAsync(connection, leg, exported, cancellation)
                : leg.FallenBehind(exported);
        return leg.Settled ? null : await DefinitionsAsync(connection, leg, exported, cancellation);
    }

    private async Task<CaptureLeg> PinAgainAsync(
        ClusterConnection connection,
        CaptureLeg leg,
        ImmutableArray<UnitResult> exported,
        CancellationToken cancellation
    )
    {
        var plan = await PlanAsync(connection, leg.Plan.Request, leg.Plan, cancellation);
        return leg.PinnedAgain(exported, plan);
    }

    private async Task<CapturePlan> PlanAsync(
        ClusterConnection connection,
        CaptureRequest request,
        CapturePlan? earlier,
        CancellationToken cancellation
    )
    {
        var end = await ChainEnd.FindAsync(vault, cluster, chain, cancellation);
        previous = end.Latest is { } last ? await PreviousPoint.ReadAsync(vault, cluster, last, trust, cancellation) : null;
        var plan = await new CapturePlanner(connection, time).PlanAsync(request, previous, earlier, cancellation);
        return plan with
        {
            Warnings = [.. plan.Warnings, .. end.PassedOver.Select(f => $"{f.Message}. The capture doesn't build on it; run 'verify'")],
        };
    }

    /// <summary>
    /// Types whose definition changed meanwhile are read again; where that can't be told any more, or goes on and on, they count as failed.
    /// </summary>
    private async Task<CaptureLeg?> DefinitionsAsync(
        ClusterConnection connection,
        CaptureLeg leg,
        ImmutableArray<UnitResult> exported,
        CancellationToken cancellation
    )
    {
        try
        {
            var (plan, moved) = await new DefinitionGuard(connection).CheckAsync(leg.Plan, cancellation);
            if (moved.IsEmpty)
                return null;
            if (leg.DefinitionAttempts >= Attempts)
                return leg.SettledWith(exported, DefinitionGuard.Unsettled(leg.With(exported), moved));
            await Task.Delay(DefinitionGuard.ServingLag, time, cancellation);
            return leg.Redefined(exported, plan, moved);
        }
        catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
        {
            return leg.SettledWith(exported, DefinitionGuard.Unproven(leg.With(exported), leg.Plan, e.Message));
        }
    }

    private Task<LegExport> ExportOfAsync(int leg, ClusterConnection connection, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (export is null || export.IsFaulted || export.IsCanceled || exports != (leg, connection))
                (export, exports) = (OpenAsync(leg, connection, CancellationToken.None), (leg, connection));
            return export.WaitAsync(cancellation);
        }
    }

    private async Task<LegExport> OpenAsync(int number, ClusterConnection connection, CancellationToken cancellation)
    {
        var leg = await ledger.LegAsync(number, cancellation);
        var known = leg.KnownBeside(await ReusedAsync(leg.Plan.Reuses, cancellation));
        var passing = new LegProgress(leg, progress);
        return new(leg, new(connection, leg.Plan, known, WriterFor(leg), time, passing.Counts), passing.UnitDone);
    }

    private async Task<KnownSegments> ReusedAsync(PointId? point, CancellationToken cancellation)
    {
        if (point is { } reused && previous?.Seal.Point != reused)
            previous = await PreviousPoint.ReadAsync(vault, cluster, reused, trust, cancellation);
        return PreviousPoint.Known(previous, point);
    }

    private RecoveryPointWriter WriterFor(CaptureLeg leg)
    {
        lock (gate)
            return writer ??= new(vault, cluster, leg.Plan.KeepUntil, time, believed);
    }

    private sealed record LegExport(CaptureLeg Leg, UnitExporter Exporter, Action UnitDone);
}
