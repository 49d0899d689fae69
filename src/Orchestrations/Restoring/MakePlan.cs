using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>What an orchestration must know of a stored plan.</summary>
/// <param name="Stages">That have steps.</param>
internal sealed record PlanMade(ContentDigest Digest, int Steps, int Stages)
{
    /// <summary>True: the plan deletes, and the target's state is captured before; null: it needn't be, or was.</summary>
    public bool? NeedsSafetyPoint { get; init; }

    /// <summary>Taken by an earlier attempt; null: none.</summary>
    public PointId? SafetyPoint { get; init; }

    public static PlanMade Of(RestorePlan plan) =>
        new(RestorePlans.DigestOf(plan), plan.Steps.Length, plan.Steps.Select(s => s.Stage).Distinct().Count());
}

/// <summary>Plans a restore, once: repeated, it returns the plan that it made.</summary>
internal sealed class MakePlan(RestoreRuns restores) : RunActivity<PlanOrder, PlanMade>(restores.Records)
{
    public const string Name = nameof(MakePlan);

    protected override Task<PlanMade> DoAsync(PlanOrder order, CancellationToken cancellation) =>
        restores.DoAsync(
            new(order.Run, order.Target),
            async (steps, target, stop) =>
            {
                var request =
                    order.Request
                    ?? (await Records.Orders.ReadAsync(order.Run, stop)).Plan?.Request
                    ?? throw new RestoreException(RestoreRefusal.BadRequest, "the order doesn't say what to restore");
                var completed = await restores.CompletedAsync(request, order.Target, stop);
                var plan = await steps.PlanAsync(target, completed, RestorePlans.NameOf(order.Run), stop);
                return PlanMade.Of(plan);
            },
            cancellation
        );
}
