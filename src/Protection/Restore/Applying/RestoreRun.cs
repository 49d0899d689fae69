using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>
/// Applies a stored plan in one process, stage by stage, a few bounded slices at a time; outcomes are persisted as they come, and a run that was killed or cancelled goes on from them.
/// </summary>
/// <param name="limits">Null: the defaults.</param>
public sealed class RestoreRun(RecoveryPointReader point, ClusterConnection target, OutcomeLog outcomes, TimeProvider time, ApplyLimits? limits = null)
{
    private static readonly RestoreStage[] Stages = Enum.GetValues<RestoreStage>();

    /// <exception cref="RestoreException">The target, the point or the outcomes are not the plan's.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">The target can't be reached any more: run again to go on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: run again to go on.</exception>
    public async Task<RestoreReport> RunAsync(RestorePlan plan, IProgress<RestoreProgress>? progress, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        outcomes.Open(plan.Run);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var recorder = new OutcomeRecorder(outcomes, plan.Steps.Length, progress, stop, time);
        var ledger = new OutcomeLedger(recorder.Known, recorder.Record);
        try
        {
            var context = await ApplyContext.OpenAsync(plan, point, target, ledger, time, stop.Token, limits);
            await new Course(context, recorder).RunAsync(stop.Token);
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

    /// <summary>The order in which slices are applied.</summary>
    private sealed class Course(ApplyContext context, OutcomeRecorder recorder)
    {
        private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

        private readonly SliceApplier applier = new(context);

        public async Task RunAsync(CancellationToken cancellation)
        {
            foreach (var stage in Stages)
            {
                recorder.Phase = PhaseOf(stage);
                var written = await ApplyAsync(stage, _ => true, last: false, cancellation);
                if (stage == RestoreStage.CustomResourceDefinitions)
                    await EstablishAsync(cancellation);
                if (stage == RestoreStage.ApiServices && written)
                    await context.RediscoverAsync(cancellation);
                if (written)
                    await RetryAsync(last: false, Stages.Where(s => s < stage), cancellation);
            }
            recorder.Phase = "finishing";
            await FinishAsync(cancellation);
        }

        private async Task FinishAsync(CancellationToken cancellation)
        {
            await PassesAsync(cancellation);
            if (Deferred().Any())
            {
                await context.RediscoverAsync(cancellation);
                await SettleAsync(cancellation);
                await RetryAsync(last: true, Stages, cancellation);
                await PassesAsync(cancellation);
            }
            // This pass takes the run's mark away: what it told must be on disk before.
            await recorder.SyncAsync();
            await PassAsync(PendingWork.ManagedFields, cancellation);
        }

        /// <summary>Tries what is deferred again for a while. What the target serves no type for, time doesn't cure.</summary>
        private async Task SettleAsync(CancellationToken cancellation)
        {
            var deadline = new Deadline(context.Time, context.Limits.Settling);
            for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
            {
                await RetryAsync(last: false, Stages, cancellation);
                if (deadline.Left < pause || !Deferred().Any(s => context.Types.Find(s.Resource, s.ApiVersion) is not null))
                    return;
                await Task.Delay(pause, context.Time, cancellation);
            }
        }

        // Owners and status before replicas: an operator that runs again finds everything in place.
        private async Task PassesAsync(CancellationToken cancellation)
        {
            await PassAsync(PendingWork.Owners, cancellation);
            await PassAsync(PendingWork.Status, cancellation);
            await PassAsync(PendingWork.Replicas, cancellation);
        }

        private async Task EstablishAsync(CancellationToken cancellation)
        {
            if (!await PassAsync(PendingWork.Established, cancellation))
                return;
            await new DefinitionReadiness(context).UntilServedAsync(new(context.Time, context.Limits.Establishing), cancellation);
        }

        private async Task RetryAsync(bool last, IEnumerable<RestoreStage> stages, CancellationToken cancellation)
        {
            foreach (var stage in stages)
            {
                if (await ApplyAsync(stage, s => context.Ledger.Of(s.Number) is { Kind: OutcomeKind.Deferred }, last, cancellation) && stage == RestoreStage.CustomResourceDefinitions)
                    await EstablishAsync(cancellation);
            }
        }

        /// <returns>Whether anything was tried.</returns>
        private async Task<bool> ApplyAsync(RestoreStage stage, Func<RestoreStep, bool> chosen, bool last, CancellationToken cancellation)
        {
            var any = false;
            foreach (var slice in StageSlices.Of(context.Plan, stage, s => !context.Ledger.IsFinal(s.Number) && chosen(s)).ToList())
            {
                any = true;
                await applier.ApplyAsync(slice with { Last = last }, TimeSpan.MaxValue, cancellation);
            }
            return any;
        }

        /// <returns>Whether there was anything to do.</returns>
        private async Task<bool> PassAsync(PendingWork work, CancellationToken cancellation)
        {
            var any = false;
            foreach (var stage in Stages)
            {
                foreach (var slice in StageSlices.Of(context.Plan, stage, s => context.Ledger.Of(s.Number)?.Pending.HasFlag(work) == true).ToList())
                {
                    any = true;
                    await applier.ApplyAsync(slice with { Finishing = work }, TimeSpan.MaxValue, cancellation);
                }
            }
            return any;
        }

        private static string PhaseOf(RestoreStage stage) => stage switch
        {
            RestoreStage.CustomResourceDefinitions => "custom resource definitions",
            RestoreStage.ClusterRbac => "cluster roles",
            RestoreStage.ServiceAccounts => "service accounts",
            RestoreStage.CustomResources => "custom resources",
            RestoreStage.ApiServices => "API services",
            _ => stage.ToString().ToLowerInvariant(),
        };

        private IEnumerable<RestoreStep> Deferred() => context.Plan.Steps.Where(s => context.Ledger.Of(s.Number) is { Kind: OutcomeKind.Deferred });
    }
}
