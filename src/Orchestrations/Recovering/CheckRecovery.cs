using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Recovering;

/// <param name="Group">Its number.</param>
/// <param name="Check">Its number in the group.</param>
/// <param name="Since">When the run came to it.</param>
internal sealed record RecoveryCheckStep(RecoveryOrder Order, int Group, int Check, DateTimeOffset Since);

/// <param name="Flaw">What isn't so; null: it passed.</param>
/// <param name="IsOver">Its time is over.</param>
internal sealed record RecoveryCheckOutcome(string? Flaw, bool IsOver);

/// <summary>Makes a check of a recovery until it passes, its time is over, or this activity has waited long enough.</summary>
internal sealed class CheckRecovery(RecoveryRuns recoveries) : RunActivity<RecoveryCheckStep, RecoveryCheckOutcome>(recoveries.Records)
{
    public const string Name = nameof(CheckRecovery);

    protected override async Task<RecoveryCheckOutcome> DoAsync(RecoveryCheckStep step, CancellationToken cancellation)
    {
        var environment = Records.Environment;
        var plan = await recoveries.PlanAsync(step.Order, cancellation);
        var check = plan.Groups[step.Group].Checks!.Value[step.Check];
        var target = RecoveryPlans.TargetOf(plan.Restores.Single(r => r.Name == check.Restore));
        var left = step.Since + check.Limit - environment.Time.GetUtcNow();
        var limit = left < environment.Limits.ApplyBudget ? left : environment.Limits.ApplyBudget;
        var flaw = await Records.Stops.UnlessRequestedAsync(
            step.Order.Run,
            async stop =>
            {
                var checks = new RecoveryChecks(await environment.OpenCluster(target, stop), environment.Time);
                return await checks.RunAsync(check, limit, _ => { }, stop);
            },
            cancellation
        );
        return flaw is null ? new(null, true) : new(RunResult.Cut(RecoveryProgression.StopOf(check, flaw)), left <= limit);
    }
}
