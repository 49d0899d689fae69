using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;

namespace Holdfast.TestKit.Runs;

/// <summary>
/// Applies a plan stage by stage, with no orchestration around it; outcomes are recorded as they come, and a run that was killed or
/// cancelled continues from them.
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
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be reached any more: run again to continue.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: run again to continue.</exception>
    public async Task<RestoreReport> RunAsync(RestorePlan plan, IProgress<RestoreProgress>? progress, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        outcomes.Open(plan.Name);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var known = new KnownOutcomes(outcomes.Read().Values);
        await using var recorder = new OutcomeRecorder(outcomes, known.All, plan.Steps.Length, progress, stop, time);
        (known.Recorded, known.Stored) = (recorder.Record, recorder.SyncAsync);
        try
        {
            var progression = new RestoreProgression(
                await ApplyContext.OpenAsync(plan, point, target, known, time, stop.Token, limits),
                recorder
            );
            for (var next = RestoreCursor.Start; next is not null; )
                next = await progression.AdvanceAsync(next, TimeSpan.FromMinutes(4), stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Stopped because outcomes can't be recorded any more: report that.
            await recorder.CompleteAsync();
            throw;
        }
        await recorder.CompleteAsync();
        return RestoreReports.Of(plan, known, time.GetElapsedTime(began));
    }
}
