using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>
/// Decides which plan a restore applies: one that was made before, the one that the run began with, or a new one. Repeated, it gives the
/// same.
/// </summary>
internal sealed class BeginRestore(RestoreRuns restores) : RunActivity<RestoreOrder, PlanMade>(restores.Records)
{
    public const string Name = nameof(BeginRestore);

    protected override Task<PlanMade> DoAsync(RestoreOrder order, CancellationToken cancellation) =>
        restores.DoAsync(
            new(order.Run, order.Target),
            async (steps, target, stop) =>
            {
                var plan = order switch
                {
                    { Resume: true } => await ResumedAsync(steps, stop),
                    { Plan: { } made } => await steps.AdoptAsync(await MadeAsync(made, stop), stop),
                    _ => await steps.PlanAsync(target, await RequestAsync(order, stop), RestorePlans.NameOf(order.Run), stop),
                };
                var taken = await SafetyPointAsync(order, steps, plan, stop);
                return PlanMade.Of(plan) with
                {
                    NeedsSafetyPoint = taken is null && SafetyScope.Of(plan) is not null ? true : null,
                    SafetyPoint = taken?.Point,
                };
            },
            cancellation
        );

    /// <summary>The one that the journal has, or that a process which ended before it could note it has sealed.</summary>
    private async Task<SafetyPoint?> SafetyPointAsync(
        RestoreOrder order,
        RestoreSteps steps,
        RestorePlan plan,
        CancellationToken cancellation
    )
    {
        if (await steps.FindSafetyPointAsync(cancellation) is { } kept)
            return kept;
        if (!order.Resume || SafetyScope.Of(plan) is not { } scope)
            return null;
        var found = await SealedSafetyPoint.FindAsync(Records.Environment, order.Target, plan, scope, cancellation);
        if (found is not null)
            await steps.KeepSafetyPointAsync(found, cancellation);
        return found;
    }

    private async Task<RestoreRequest> RequestAsync(RestoreOrder order, CancellationToken cancellation)
    {
        var request =
            order.Request
            ?? (await Records.Orders.ReadAsync(order.Run, cancellation)).Restore?.Request
            ?? throw new RestoreException(RestoreRefusal.BadRequest, "the order says neither what to restore nor which plan to apply");
        return await restores.CompletedAsync(request, order.Target, cancellation);
    }

    private static async Task<RestorePlan> ResumedAsync(RestoreSteps steps, CancellationToken cancellation)
    {
        await steps.TryFailedAgainAsync(cancellation);
        return await steps.PlannedAsync(cancellation);
    }

    private async Task<RestorePlan> MadeAsync(PlanReference made, CancellationToken cancellation)
    {
        var plan =
            await restores.JournalOf(made.Run).ReadPlanAsync(cancellation)
            ?? throw new RestoreException(RestoreRefusal.BadPlan, $"run {made.Run} has made no plan; plan again");
        return RestorePlans.DigestOf(plan) == made.Digest
            ? plan
            : throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"the plan of run {made.Run} isn't the one that was asked for, with the digest {made.Digest}: it was changed since. "
                    + "Plan again"
            );
    }
}
