using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore;
using Holdfast.Restore.Applying;

namespace Holdfast.TestKit.Runs;

/// <summary>
/// Applies a plan stage by stage, with no orchestration around it; outcomes are kept as they come, and a run that was killed or cancelled
/// goes on from them.
/// </summary>
/// <param name="limits">Null: the defaults.</param>
public sealed class RestoreRun(
    RecoveryPointReader point,
    ClusterConnection target,
    OutcomeLog outcomes,
    TimeProvider time,
    ApplyLimits? limits = null
)
{
    /// <exception cref="RestoreException">The target, the point or the outcomes are not the plan's.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be reached any more: run again to go on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: run again to go on.</exception>
    public async Task<RestoreReport> RunAsync(RestorePlan plan, IProgress<RestoreProgress>? progress, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        outcomes.Open(plan.Run);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ledger = new OutcomeLedger(outcomes.Read().Values);
        await using var recorder = new OutcomeRecorder(outcomes, ledger.All, plan.Steps.Length, progress, stop, time);
        ledger.Recorded = recorder.Record;
        try
        {
            var course = new RestoreCourse(await ApplyContext.OpenAsync(plan, point, target, ledger, time, stop.Token, limits), recorder);
            for (var next = RestoreCursor.Start; next is not null; )
                next = await course.AdvanceAsync(next, TimeSpan.FromMinutes(4), stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Stopped because outcomes can't be kept any more: that is what to report.
            await recorder.CompleteAsync();
            throw;
        }
        await recorder.CompleteAsync();
        return RestoreReports.Of(plan, ledger, time.GetElapsedTime(began));
    }
}
