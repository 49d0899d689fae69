using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Recovering;

/// <param name="Number">Of the restore to plan, from 0 over all groups.</param>
internal sealed record RecoveryPlanStep(RecoveryOrder Order, int Number);

/// <param name="Restores">Of all groups.</param>
internal sealed record RecoveryPlanned(int Restores, int Groups)
{
    /// <summary>Of the whole plan; null: restores are left to plan.</summary>
    public ContentDigest? Digest { get; init; }
}

/// <summary>
/// Plans one restore of a recovery, and after the last one keeps the plan of the whole. A recovery that applies a plan that was made before
/// finds it here. Repeated, it gives the same.
/// </summary>
internal sealed class PlanRecovery(RecoveryRuns recoveries) : RunActivity<RecoveryPlanStep, RecoveryPlanned>(recoveries.Records)
{
    public const string Name = nameof(PlanRecovery);

    protected override async Task<RecoveryPlanned> DoAsync(RecoveryPlanStep step, CancellationToken cancellation)
    {
        if (step.Order.Plan is not null)
            return Of(await recoveries.PlanAsync(step.Order, cancellation));
        var document =
            (await Records.Orders.ReadAsync(step.Order.Run, cancellation)).Recovery?.Document
            ?? throw new RestoreException(RestoreRefusal.BadRequest, "the order says neither what to recover nor which plan to apply");
        var (group, restore) = document.Groups.SelectMany(g => g.Restores.Select(r => (g, r))).ElementAt(step.Number);
        await PlanAsync(step.Order.Run.OfRestore(restore.Name), group, restore, cancellation);
        var count = document.Groups.Sum(g => g.Restores.Length);
        return step.Number < count - 1
            ? new(count, document.Groups.Length)
            : Of(
                await recoveries
                    .JournalOf(step.Order.Run)
                    .StorePlanAsync(await WholeAsync(step.Order, document, cancellation), cancellation)
            );
    }

    private static RecoveryPlanned Of(RecoveryPlan plan) => new(plan.Restores.Count(), plan.Groups.Length) { Digest = plan.Digest };

    private async Task PlanAsync(RunId run, RecoveryGroup group, RecoveryRestore restore, CancellationToken cancellation)
    {
        if (!PointId.TryParse(restore.Point, out var point))
            throw new RestoreException(RestoreRefusal.BadRequest, $"restore {restore.Name} doesn't name its point by its id");
        var request = RecoveryRequests.Of(group, restore, point, dryRun: false);
        var target = restore.Target?.Cluster ?? request.Cluster;
        await recoveries.Restores.DoAsync(
            new(run, target),
            async (steps, connection, stop) =>
            {
                var completed = await recoveries.Restores.CompletedAsync(request, target, stop);
                return await steps.PlanAsync(connection, completed, RestorePlans.NameOf(run), stop);
            },
            cancellation
        );
        recoveries.Restores.Close(run);
    }

    private async Task<RecoveryPlan> WholeAsync(RecoveryOrder order, RecoveryDocument document, CancellationToken cancellation)
    {
        var groups = new List<PlannedGroup>();
        foreach (var group in document.Groups)
        {
            var restores = new List<PlannedRestore>();
            foreach (var restore in group.Restores)
                restores.Add(await PlannedAsync(order.Run, restore, cancellation));
            groups.Add(PlannedGroup.Of(group, restores));
        }
        return new()
        {
            Name = RestorePlans.NameOf(order.Run),
            PlannedAt = Records.Environment.Time.GetUtcNow(),
            Groups = [.. groups],
            Drill = order.IsDrill ? true : null,
        };
    }

    private async Task<PlannedRestore> PlannedAsync(RunId run, RecoveryRestore restore, CancellationToken cancellation)
    {
        var part = run.OfRestore(restore.Name);
        var plan =
            await recoveries.Restores.JournalOf(part).ReadPlanAsync(cancellation)
            ?? throw new ActivityFailedException(
                new(FailureSide.Control, FailureCode.Lost, $"the plan of restore {restore.Name} (run {part}) is gone", "Plan again")
            );
        var target = new RecoveryTarget(restore.Target?.Cluster ?? plan.Request.Cluster);
        return PlannedRestore.Of(restore.Name, target, plan);
    }
}
