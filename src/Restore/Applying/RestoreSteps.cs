using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.Planning;

namespace Holdfast.Restore.Applying;

/// <param name="Next">Where to go on; null: the restore is at its end.</param>
/// <param name="Phase">What comes next, for a person.</param>
/// <param name="Done">Steps that have an outcome.</param>
public sealed record RestoreAdvance(RestoreCursor? Next, string Phase, int Done, int Total, int Failed)
{
    /// <summary>As <see cref="RestoreProgress.Waiting"/>.</summary>
    public string? Waiting { get; init; }
}

/// <summary>
/// The steps of one restore, each bounded in time and repeatable: plan (or adopt a plan), advance again and again, report. What a step did
/// stands in the journal, so that any process may do the next one. Keeps in memory what it has read. Thread-safe; advances one at a time.
/// </summary>
/// <param name="progress">Told, from any thread, what this process does of the restore.</param>
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
    private RecoveryPointReader? point;
    private IOutcomeLog? outcomes;
    private OutcomeLedger? ledger;
    private (ApplyContext Context, ClusterConnection Target)? applying;

    /// <summary>What is asked of the point's seal.</summary>
    public SealTrust Trust { get; init; } = SealTrust.Anyone;

    /// <returns>The plan as it is kept, with its digest, which is that of an earlier attempt where there was one.</returns>
    /// <param name="run">As <see cref="RestorePlan.Run"/>.</param>
    /// <exception cref="RestoreException">The request can't be planned.</exception>
    public async Task<RestorePlan> PlanAsync(ClusterConnection target, RestoreRequest request, string run, CancellationToken cancellation)
    {
        if (await FindPlanAsync(cancellation) is { } planned)
            return planned;
        var reader = await RecoveryPointReader.OpenAsync(vault, NameOf(request), request.Point, Trust, cancellation);
        var made = await new RestorePlanner(reader, target, time).PlanAsync(request, run, progress, cancellation);
        return plan = await journal.KeepPlanAsync(PlanDocument.Kept(made), cancellation);
    }

    /// <summary>Takes a plan that was kept before, to the byte.</summary>
    /// <exception cref="RestoreException">Another plan is kept already.</exception>
    public async Task<RestorePlan> AdoptAsync(RestorePlan approved, CancellationToken cancellation)
    {
        plan ??= await journal.KeepPlanAsync(approved, cancellation);
        return plan.Digest is not null && plan.Digest == approved.Digest
            ? plan
            : throw new RestoreException(
                RestoreRefusal.BadPlan,
                "another plan than the approved one was begun under this run; start a new run"
            );
    }

    /// <returns>Null: no plan is kept.</returns>
    public async Task<RestorePlan?> FindPlanAsync(CancellationToken cancellation) => plan ??= await journal.ReadPlanAsync(cancellation);

    /// <summary>The plan that is kept.</summary>
    /// <exception cref="RestoreException">There is none.</exception>
    public async Task<RestorePlan> PlannedAsync(CancellationToken cancellation) =>
        await FindPlanAsync(cancellation)
        ?? throw new RestoreException(RestoreRefusal.BadPlan, "this run has no plan to go on with; start a new run");

    /// <summary>A step that failed counts as deferred from here on, and is tried again.</summary>
    public Task TryFailedAgainAsync(CancellationToken cancellation) =>
        InTurnAsync(
            async () =>
            {
                var (log, known) = await OpenAsync(cancellation);
                var again = known.All.Where(o => o.Kind == OutcomeKind.Failed).Select(o => o with { Kind = OutcomeKind.Deferred }).ToList();
                await log.AppendAsync(again, cancellation);
                known.Merge(again);
                return 0;
            },
            cancellation
        );

    /// <summary>Goes on from a cursor, to the end of a stage or of the budget.</summary>
    /// <exception cref="RestoreException">The target, the point or the outcomes are not the plan's.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be reached any more: advance again to go on.</exception>
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
                return RestoreReports.Of(plan!, known, duration, ended);
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
        OutcomeLedger known,
        RestoreCursor from,
        TimeSpan budget,
        CancellationToken cancellation
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var recorder = new OutcomeRecorder(log, known.All, plan!.Steps.Length, progress, stop, time) { Phase = from.Phase };
        known.Recorded = recorder.Record;
        RestoreCursor? next;
        try
        {
            var course = new RestoreCourse(await ContextAsync(target, known, stop.Token), recorder);
            next = await course.AdvanceAsync(from, budget, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Stopped because outcomes can't be kept any more: that is what to report.
            await recorder.CompleteAsync();
            throw;
        }
        await recorder.CompleteAsync();
        return new(next, next?.Phase ?? "finished", recorder.Done, plan.Steps.Length, recorder.Failed) { Waiting = recorder.Waiting };
    }

    private void Forget()
    {
        outcomes?.Dispose();
        (outcomes, ledger, applying) = (null, null, null);
    }

    private async Task<(IOutcomeLog Log, OutcomeLedger Ledger)> OpenAsync(CancellationToken cancellation)
    {
        var planned = await PlannedAsync(cancellation);
        outcomes ??= journal.OpenOutcomes(planned.Run);
        ledger ??= new(await outcomes.ReadNewAsync(cancellation));
        return (outcomes, ledger);
    }

    private async Task<ApplyContext> ContextAsync(ClusterConnection target, OutcomeLedger known, CancellationToken cancellation)
    {
        if (applying is { } open && open.Target == target)
            return open.Context;
        point ??= await RecoveryPointReader.OpenAsync(vault, NameOf(plan!.Request), plan.Request.Point, Trust, cancellation);
        var context = await ApplyContext.OpenAsync(plan!, point, target, known, time, cancellation, limits);
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

    private static ClusterName NameOf(RestoreRequest request) =>
        ClusterName.TryParse(request.Cluster, out var name)
            ? name
            : throw new RestoreException(RestoreRefusal.BadRequest, $"'{request.Cluster}' can't be the name of a cluster");
}
