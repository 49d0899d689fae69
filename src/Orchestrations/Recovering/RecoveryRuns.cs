using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Recovering;

/// <summary>Where the activities of recoveries find their run's plan, and how far it is. Thread-safe.</summary>
internal sealed class RecoveryRuns(RunRecords records, RestoreRuns restores)
{
    public RunRecords Records => records;

    public RestoreRuns Restores => restores;

    public RecoveryJournal JournalOf(RunId run) => RecoveryPlans.JournalOf(records.Environment, run);

    /// <summary>The plan that a recovery applies, which its own run has made or another.</summary>
    /// <exception cref="RestoreException">BadPlan: it is gone, was changed, or isn't the one that was asked for.</exception>
    public async Task<RecoveryPlan> PlanAsync(RecoveryOrder order, CancellationToken cancellation)
    {
        var run = order.Plan?.Run ?? order.Run;
        var plan =
            await JournalOf(run).ReadPlanAsync(cancellation)
            ?? throw new RestoreException(RestoreRefusal.BadPlan, $"run {run} has made no plan of a recovery; plan again");
        return order.Plan is null || order.Plan.Digest == plan.Digest
            ? plan
            : throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"the recovery plan of run {run} isn't the one that was asked for, with the digest {order.Plan.Digest}: it was changed "
                    + "since. Plan again"
            );
    }
}
