using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Files;

namespace Holdfast.Restore.Applying;

/// <param name="Next">Where to continue; null: the restore is at its end.</param>
/// <param name="Phase">What comes next, for a person.</param>
/// <param name="Done">Steps that have an outcome.</param>
public sealed record RestoreAdvance(RestoreCursor? Next, string Phase, int Done, int Total, int Failed)
{
    /// <summary>As <see cref="RestoreProgress.Waiting"/>.</summary>
    public string? Waiting { get; init; }
}

/// <summary>
/// The steps of one restore, each bounded in time and repeatable: plan (or adopt a plan), advance again and again, report. What a step did
/// is in the journal, so that any process may do the next one. Keeps in memory what it has read. Thread-safe; advances one at a time.
/// </summary>
/// <param name="progress">Called, from any thread, with what this process does of the restore.</param>
/// <param name="limits">Null: the defaults.</param>
public sealed class RestoreSteps(
    IBlobStore vault,
    IRestoreJournal journal,
    TimeProvider time,
    IProgress<RestoreProgress>? progress = null,
    ApplyLimits? limits = null
) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private RestorePlan? plan;
    private SafetyPoint? safety;
    private RecoveryPointReader? point;
    private IOutcomeLog? outcomes;
    private KnownOutcomes? knownOutcomes;
    private (ApplyContext Context, ClusterConnection Target)? applying;

    /// <summary>What is asked of the point's seal.</summary>
    public SealTrust Trust { get; init; } = SealTrust.Anyone;

    /// <summary>What moves exported files; null: they can't be restored.</summary>
    public FileStorage? Files { get; init; }

    /// <summary>Makes disks of the cloud that the target is in; null: claims come back without.</summary>
    public INewDisks? Disks { get; init; }

    /// <returns>The plan as it is kept, with its digest, which is that of an earlier attempt where there was one.</returns>
    /// <param name="name">As <see cref="RestorePlan.Name"/>.</param>
    /// <exception cref="RestoreException">The request can't be planned.</exception>
    public async Task<RestorePlan> PlanAsync(ClusterConnection target, RestoreRequest request, string name, CancellationToken cancellation)
    {
        if (await FindPlanAsync(cancellation) is { } planned)
            return planned;
        var reader = await RecoveryPointReader.OpenAsync(vault, request.Cluster, request.Point, Trust, cancellation);
        var made = await TargetPlanner.Of(reader, target, time, Disks).PlanAsync(request, name, progress, cancellation);
        return plan = await journal.StorePlanAsync(PlanDocument.Kept(made), cancellation);
    }

    /// <summary>Takes a plan that was kept before, to the byte.</summary>
    /// <exception cref="RestoreException">Another plan is kept already.</exception>
    public async Task<RestorePlan> AdoptAsync(RestorePlan approved, CancellationToken cancellation)
    {
        plan ??= await journal.StorePlanAsync(approved, cancellation);
        return plan.Digest is not null && plan.Digest == approved.Digest
            ? plan
            : throw new RestoreException(
                RestoreRefusal.BadPlan,
                "this run has already started with a plan other than the approved one; start a new run"
            );
    }

    /// <returns>Null: no plan is kept.</returns>
    public async Task<RestorePlan?> FindPlanAsync(CancellationToken cancellation) => plan ??= await journal.ReadPlanAsync(cancellation);

    /// <summary>The plan that is kept.</summary>
    /// <exception cref="RestoreException">There is none.</exception>
    public async Task<RestorePlan> PlannedAsync(CancellationToken cancellation) =>
        await FindPlanAsync(cancellation)
        ?? throw new RestoreException(RestoreRefusal.BadPlan, "this run has no plan to continue with; start a new run");

    /// <summary>The point of the target as it was before; null: none was taken yet.</summary>
    public async Task<SafetyPoint?> FindSafetyPointAsync(CancellationToken cancellation) =>
        safety ??= await journal.ReadSafetyPointAsync(cancellation);

    /// <summary>Whoever continues the restore takes no other.</summary>
    public async Task KeepSafetyPointAsync(SafetyPoint taken, CancellationToken cancellation)
    {
        await journal.StoreSafetyPointAsync(taken, cancellation);
        safety = null;
    }

    /// <summary>
    /// A step that failed counts as deferred from here on, and is tried again; what wasn't ready is waited for again.
    /// </summary>
    public Task TryFailedAgainAsync(CancellationToken cancellation) =>
        InTurnAsync(
            async () =>
            {
                var (log, known) = await OpenAsync(cancellation);
                var again = known
                    .All.Where(o => o.Kind == OutcomeKind.Failed || o.NotReady is not null)
                    .Select(o => o with { Kind = o.Kind == OutcomeKind.Failed ? OutcomeKind.Deferred : o.Kind, NotReady = null })
                    .ToList();
                await log.AppendAsync(again, cancellation);
                known.Merge(again);
                return 0;
            },
            cancellation
        );

    /// <summary>Continues from a cursor, to the end of a stage or of the budget.</summary>
    /// <exception cref="RestoreException">
    /// The target, the point or the outcomes are not the plan's, or the target doesn't allow its writes.
    /// </exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be reached any more: advance again to continue.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was done is kept.</exception>
    public Task<RestoreAdvance> AdvanceAsync(
        ClusterConnection target,
        RestoreCursor from,
        TimeSpan budget,
        CancellationToken cancellation
    ) =>
        InTurnAsync(
            async () =>
            {
                try
                {
                    var (log, known) = await OpenAsync(cancellation);
                    known.Merge(await log.ReadNewAsync(cancellation));
                    return await AdvanceAsync(target, log, known, from, budget, cancellation);
                }
                catch
                {
                    // What could not be kept must not count: the next attempt begins with what the journal has.
                    Forget();
                    throw;
                }
            },
            cancellation
        );

    /// <summary>What the run has done so far. Asks neither the target nor the vault.</summary>
    /// <param name="ended">False: it was stopped, and what wasn't reached hasn't failed.</param>
    public Task<RestoreReport> ReportAsync(TimeSpan duration, bool ended, CancellationToken cancellation) =>
        InTurnAsync(
            async () =>
            {
                var (log, known) = await OpenAsync(cancellation);
                known.Merge(await log.ReadNewAsync(cancellation));
                return RestoreReports.Of(plan!, known, duration, ended) with
                {
                    SafetyPoint = (await FindSafetyPointAsync(cancellation))?.Point,
                };
            },
            cancellation
        );

    public void Dispose()
    {
        Forget();
        turn.Dispose();
    }

    private async Task<RestoreAdvance> AdvanceAsync(
        ClusterConnection target,
        IOutcomeLog log,
        KnownOutcomes known,
        RestoreCursor from,
        TimeSpan budget,
        CancellationToken cancellation
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var recorder = new OutcomeRecorder(log, known.All, plan!.Steps.Length, progress, stop, time) { Phase = from.Phase };
        (known.Recorded, known.Stored) = (recorder.Record, recorder.SyncAsync);
        RestoreCursor? next;
        try
        {
            var context = await ContextAsync(target, known, stop.Token);
            if (from == RestoreCursor.Start)
                await NeededRights.CheckAsync(plan, target, stop.Token);
            var progression = new RestoreProgression(context, recorder);
            next = await progression.AdvanceAsync(from, budget, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Stopped because outcomes can't be stored any more: that is what to report.
            await recorder.CompleteAsync();
            throw;
        }
        await recorder.CompleteAsync();
        return new(next, next?.Phase ?? "finished", recorder.Done, plan.Steps.Length, recorder.Failed) { Waiting = recorder.Waiting };
    }

    private void Forget()
    {
        outcomes?.Dispose();
        (outcomes, knownOutcomes, applying) = (null, null, null);
    }

    private async Task<(IOutcomeLog Log, KnownOutcomes Known)> OpenAsync(CancellationToken cancellation)
    {
        var planned = await PlannedAsync(cancellation);
        outcomes ??= journal.OpenOutcomes(planned.Name);
        knownOutcomes ??= new(await outcomes.ReadNewAsync(cancellation));
        return (outcomes, knownOutcomes);
    }

    private async Task<ApplyContext> ContextAsync(ClusterConnection target, KnownOutcomes known, CancellationToken cancellation)
    {
        if (applying is { } open && open.Target == target)
            return open.Context;
        point ??= await RecoveryPointReader.OpenAsync(vault, plan!.Request.Cluster, plan.Request.Point, Trust, cancellation);
        var context = await ApplyContext.OpenAsync(
            plan!,
            point,
            target,
            known,
            time,
            cancellation,
            limits,
            files: Files,
            vault: vault.Location,
            disks: Disks
        );
        applying = (context, target);
        return context;
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            turn.Release();
        }
    }
}
