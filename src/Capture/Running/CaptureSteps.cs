using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Changes;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;
using Holdfast.Capture.Sealing;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Heads;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Policies;

namespace Holdfast.Capture.Running;

/// <summary>
/// The steps of one capture, each bounded in time and repeatable: begin; export every unit of the pass, in any order and several at once;
/// settle, which may give another pass to export; seal, which may as well. The ledger has what each step did, so that any process may do
/// the next one. Thread-safe.
/// </summary>
/// <param name="signer">Null: the seal is not signed.</param>
/// <param name="trust">Whose points are trusted beside the signer's; null: anyone's.</param>
/// <param name="progress">Receives, from any thread, what this process does of the capture.</param>
public sealed class CaptureSteps(
    ClusterName cluster,
    IBlobStore vault,
    CaptureLedger ledger,
    TimeProvider time,
    SealSigner? signer = null,
    SealTrust? trust = null,
    IProgress<CaptureProgress>? progress = null
)
{
    /// <summary>How often types whose definition changes, or whose reused packs are lost, are read again.</summary>
    private const int Attempts = 5;

    /// <summary>How long a sealed point is compared with the last one.</summary>
    private static readonly TimeSpan ComparisonLimit = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private Reading? reading;
    private PreviousPoint? previous;
    private RecoveryPointWriter? writer;
    private Task<PassExport>? export;
    private (int Pass, ClusterConnection? Connection) exports;

    /// <summary>Asks the cluster's cloud what it runs on; null: no cloud can be asked here.</summary>
    public InfrastructureReader? Infrastructure { get; init; }

    /// <summary>Where the ends of clusters' chains are known outside of the vault; null: nowhere.</summary>
    public KnownHeads? Heads { get; init; }

    /// <summary>Plans the first pass, unless it was planned.</summary>
    /// <exception cref="CaptureException">The request is malformed or matches nothing, or another cluster answers under the known
    /// name.</exception>
    /// <exception cref="ClusterException">The cluster can't be read at all.</exception>
    public async Task<PassSummary> BeginAsync(ClusterConnection connection, CaptureRequest request, CancellationToken cancellation) =>
        await FindBegunAsync(cancellation) ?? await PlanFirstAsync(connection, request, cancellation);

    /// <returns>The first pass as it was planned: the revision is pinned. Null: it isn't.</returns>
    public async Task<PassSummary?> FindBegunAsync(CancellationToken cancellation) =>
        await ledger.FindPassAsync(1, cancellation) is { } begun ? PassSummary.Of(begun) : null;

    /// <summary>As <see cref="BeginAsync"/>, after <see cref="FindBegunAsync"/> has found nothing.</summary>
    public async Task<PassSummary> PlanFirstAsync(ClusterConnection connection, CaptureRequest request, CancellationToken cancellation)
    {
        progress?.Report(new("planning", 0, 0, 0, 0, 0));
        // to find the key takes a while, and that it can't be found ends the capture before it has begun
        var encryption = VaultKeys.Of(vault).CurrentAsync(cancellation).AsTask();
        var planning = PlanAsync(connection, request, null, cancellation);
        await Task.WhenAll(encryption, planning);
        var plan = await planning;
        return PassSummary.Of(await ledger.KeepAsync(CapturePass.First(plan, previous), cancellation));
    }

    /// <summary>Refuses what can be seen to be wrong without asking the cluster.</summary>
    /// <exception cref="CaptureException">BadRequest.</exception>
    public void Require(CaptureRequest request) => CapturePlanner.Require(request, time.GetUtcNow());

    /// <summary>Exports one piece of a unit: all of it, or what the time budget allows.</summary>
    /// <param name="unit">Index into the pass's units.</param>
    /// <exception cref="ClusterException">The cluster as a whole can't be reached, or no longer accepts the credentials.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<UnitCounts> ExportAsync(
        ClusterConnection connection,
        int pass,
        int unit,
        int piece,
        TimeSpan budget,
        CancellationToken cancellation
    )
    {
        if (await ledger.FindAsync(pass, unit, piece, cancellation) is { } done)
            return done.Counts;
        var under = await ExportOfAsync(pass, connection, cancellation);
        var what = piece == 0 ? under.Pass.Units[unit] : (await ledger.FindAsync(pass, unit, piece - 1, cancellation))?.Rest;
        var result = await under.Exporter.ExportAsync(
            what ?? throw new InvalidOperationException($"unit {unit} of pass {pass} has no piece {piece}"),
            budget,
            cancellation
        );
        var counts = await ledger.KeepAsync(pass, unit, result, cancellation);
        if (counts.Rest is null)
            under.Progress.UnitDone();
        return counts.Counts;
    }

    /// <summary>
    /// Checks that all that was exported is of one revision, and each type of one definition. All units of the pass must be exported.
    /// </summary>
    /// <returns>The pass that is to be exported, and settled, next; null: this one can be sealed.</returns>
    /// <exception cref="ClusterException">The cluster as a whole can't be reached, or no longer accepts the credentials.</exception>
    public async Task<PassSummary?> SettleAsync(ClusterConnection connection, int pass, CancellationToken cancellation)
    {
        if (await ledger.FindPassAsync(pass + 1, cancellation) is { } follows)
            return PassSummary.Of(follows);
        var present = await ledger.PassAsync(pass, cancellation);
        var next = await NextAsync(connection, present, await ledger.ResultsAsync(present, cancellation), cancellation);
        return next is null ? null : PassSummary.Of(await ledger.KeepAsync(next, cancellation));
    }

    /// <summary>Seals the point and stores the report in the ledger, or finds that packs are lost and must be written again.</summary>
    /// <param name="volumes">What the point is to say of volumes.</param>
    /// <returns>The pass that is to be exported, settled and sealed instead; null: the point is sealed.</returns>
    /// <exception cref="CaptureException">Nothing was captured, or the capture is too old.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<PassSummary?> SealAsync(
        int pass,
        Func<CapturePlan, CancellationToken, Task<PointVolumes>> volumes,
        CancellationToken cancellation
    )
    {
        var present = await ledger.PassAsync(pass, cancellation);
        var exported = await ledger.ResultsAsync(present, cancellation);
        progress?.Report(new("sealing", 0, present.Plan.Types.Sum(t => t.Count), 0, 0, present.Plan.Units.Length));
        try
        {
            var results = present.With(exported);
            var found = await volumes(present.Plan, cancellation);
            var runsOn = await ledger.InfrastructureAsync(
                () => CapturedInfrastructure.ReadAsync(Infrastructure, present.Plan.Request, time, cancellation),
                cancellation
            );
            var (point, inventory) = await new CaptureSealer(await WriterForAsync(present, cancellation), time, signer).SealAsync(
                present.Plan,
                results,
                found,
                runsOn,
                cancellation
            );
            var noted = Heads is null ? [] : await Heads.NoteAsync(vault, point, cancellation);
            var (changes, note) = await ChangesAsync(present.Plan, point, inventory, cancellation);
            var report = present.ReportOf(exported, point, inventory);
            await ledger.KeepAsync(
                report with
                {
                    Suspicious = changes,
                    Notes = note is null ? report.Notes : report.Notes.Add(note),
                    Warnings =
                    [
                        .. present.Plan.Warnings,
                        .. Mutability(present.Plan),
                        .. found.Warnings,
                        .. changes.Select(c => $"suspicious change: {c.Message}"),
                        .. noted,
                    ],
                },
                cancellation
            );
            return null;
        }
        catch (ArchiveException e) when (!e.LostPacks.IsEmpty && present.PackAttempts < Attempts)
        {
            return PassSummary.Of(await ledger.KeepAsync(present.Rewritten(exported, e.LostPacks), cancellation));
        }
    }

    /// <summary>The point is sealed: whatever keeps it from being compared with the last one is a note.</summary>
    private async Task<(ImmutableArray<SuspiciousChange> Found, string? Note)> ChangesAsync(
        CapturePlan plan,
        SealedPoint point,
        Inventory inventory,
        CancellationToken cancellation
    )
    {
        if (point.Seal.Previous is not [.., { Point: var before }])
            return ([], null);
        var thresholds = plan.Request.AskedBy?.SuspiciousChange ?? new ChangeThresholds();
        using var late = new CancellationTokenSource(ComparisonLimit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var trusted = (await TrustAsync(stop.Token)).Reuse;
            var last =
                previous?.Seal.Point == before ? previous : await PreviousPoint.ReadAsync(vault, cluster, before, trusted, stop.Token);
            return last?.Inventory is { } known
                ? await new ChangeCheck(
                    RecoveryPointReader.Of(vault, last.Seal, known),
                    RecoveryPointReader.Of(vault, point.Seal, inventory),
                    thresholds
                ).FindAsync(stop.Token)
                : ([], null);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            var why = e is OperationCanceledException ? "it took too long" : e.Message;
            return ([], $"the point was not compared with {before} for suspicious changes: {why}");
        }
    }

    /// <summary>Checked after the seal was written: before its first such request a store may not know.</summary>
    private ImmutableArray<string> Mutability(CapturePlan plan) =>
        plan.Request.KeepUntil is { } until && vault.Immutability == ImmutabilitySupport.None
            ?
            [
                $"immutability until {until:u} was requested, but the storage at {vault.Location} doesn't support it: anyone with write "
                    + "access can delete this point. Turn on version-level immutability for the container, or don't request it",
            ]
            : [];

    private async Task<CapturePass?> NextAsync(
        ClusterConnection connection,
        CapturePass pass,
        ImmutableArray<UnitResult> exported,
        CancellationToken cancellation
    )
    {
        if (!pass.Behind && RevisionRounds.Expired(pass.With(exported)))
            return pass.Plan.Round < RevisionRounds.MaxRounds
                ? await PinAgainAsync(connection, pass, exported, cancellation)
                : pass.FallenBehind(exported);
        return pass.Settled ? null : await DefinitionsAsync(connection, pass, exported, cancellation);
    }

    private async Task<CapturePass> PinAgainAsync(
        ClusterConnection connection,
        CapturePass pass,
        ImmutableArray<UnitResult> exported,
        CancellationToken cancellation
    )
    {
        var plan = await PlanAsync(connection, pass.Plan.Request, pass.Plan, cancellation);
        return pass.PinnedAgain(exported, plan);
    }

    private async Task<CapturePlan> PlanAsync(
        ClusterConnection connection,
        CaptureRequest request,
        CapturePlan? earlier,
        CancellationToken cancellation
    )
    {
        var believed = await TrustAsync(cancellation);
        var end = await ChainEnd.FindAsync(vault, cluster, believed.Chain, cancellation);
        previous = end.Latest is { } last ? await PreviousPoint.ReadAsync(vault, cluster, last, believed.Reuse, cancellation) : null;
        var plan = await new CapturePlanner(connection, time).PlanAsync(cluster, request, previous, earlier, cancellation);
        var sparse =
            plan.Reuses is not null && previous?.Inventory is { } inventory
                ? await SparsePacks.FindAsync(vault, cluster, inventory, cancellation)
                : [];
        return plan with
        {
            Sparse = sparse,
            Notes = sparse.IsEmpty ? plan.Notes : plan.Notes.Add(SparsePacks.Note(sparse)),
            Warnings = [.. plan.Warnings, .. end.PassedOver.Select(f => $"{f.Message}. The capture doesn't build on it; run 'verify'")],
        };
    }

    /// <summary>
    /// Types whose definition changed meanwhile are read again; where that can't be found out, or happens every time, they count as failed.
    /// </summary>
    private async Task<CapturePass?> DefinitionsAsync(
        ClusterConnection connection,
        CapturePass pass,
        ImmutableArray<UnitResult> exported,
        CancellationToken cancellation
    )
    {
        try
        {
            var (plan, moved) = await new DefinitionGuard(connection).CheckAsync(pass.Plan, cancellation);
            if (moved.IsEmpty)
                return null;
            if (pass.DefinitionAttempts >= Attempts)
                return pass.SettledWith(exported, DefinitionGuard.Unsettled(pass.With(exported), moved));
            await Task.Delay(CustomTypes.ServingLag, time, cancellation);
            return pass.Redefined(exported, plan, moved);
        }
        catch (ClusterException e) when (e.Failure is not (ClusterFailure.Unreachable or ClusterFailure.NotAuthenticated))
        {
            return pass.SettledWith(exported, DefinitionGuard.Unproven(pass.With(exported), pass.Plan, e.Message));
        }
    }

    private Task<PassExport> ExportOfAsync(int pass, ClusterConnection connection, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (export is null || export.IsFaulted || export.IsCanceled || exports != (pass, connection))
                (export, exports) = (OpenAsync(pass, connection, CancellationToken.None), (pass, connection));
            return export.WaitAsync(cancellation);
        }
    }

    private async Task<PassExport> OpenAsync(int number, ClusterConnection connection, CancellationToken cancellation)
    {
        var pass = await ledger.PassAsync(number, cancellation);
        var known = pass.KnownBeside(await ReusedAsync(pass.Plan.Reuses, cancellation));
        var shown = new ExportProgress(progress, pass.Plan.Types.Sum(t => t.Count), pass.Units.Length);
        var destination = await WriterForAsync(pass, cancellation);
        return new(pass, new(connection, pass.Plan, known, destination, time, shown), shown);
    }

    private async Task<KnownSegments> ReusedAsync(PointId? point, CancellationToken cancellation)
    {
        if (point is { } reused && previous?.Seal.Point != reused)
            previous = await PreviousPoint.ReadAsync(vault, cluster, reused, (await TrustAsync(cancellation)).Reuse, cancellation);
        return PreviousPoint.Known(previous, point);
    }

    /// <summary>The key that signs may be elsewhere, and is asked once.</summary>
    private async ValueTask<Reading> TrustAsync(CancellationToken cancellation) =>
        reading ??= new(
            await (trust ?? SealTrust.Anyone).ForCaptureAsync(signer, cancellation),
            signer is null ? SealTrust.Unasked : SealTrust.Of([await signer.PublicKeyAsync(cancellation)], UnsignedSeals.Refused)
        );

    /// <exception cref="ArchiveException">Locked: the vault is encrypted, or has to be, and its key isn't here.</exception>
    private async Task<RecoveryPointWriter> WriterForAsync(CapturePass pass, CancellationToken cancellation)
    {
        if (writer is { } known)
            return known;
        var (request, current) = (pass.Plan.Request, await VaultKeys.Of(vault).CurrentAsync(cancellation));
        var encryption = current?.Of(cluster, pass.Plan.ClusterUid, request.AskedBy?.Encryption);
        lock (gate)
            return writer ??= new(vault, cluster, request.Term, time, trust, encryption);
    }

    /// <param name="Chain">Whose points the capture continues.</param>
    /// <param name="Reuse">Whose content it reuses: it would sign foreign content.</param>
    private sealed record Reading(SealTrust Chain, SealTrust Reuse);

    private sealed record PassExport(CapturePass Pass, UnitExporter Exporter, ExportProgress Progress);
}
