using Holdfast.Control;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Outcomes;

/// <summary>One restore's journal in the control store. Thread-safe.</summary>
/// <param name="folder">Of the restore alone; ends with a slash.</param>
/// <param name="key">Null: plans are as trustworthy as the store.</param>
public sealed class ControlJournal(IDocumentStore control, string folder, PlanKey? key = null) : IRestoreJournal
{
    private readonly string planPath = $"{folder}plan.json";
    private readonly string safetyPath = $"{folder}safety-point.json";

    public async Task<RestorePlan?> ReadPlanAsync(CancellationToken cancellation)
    {
        if (await control.ReadAsync(planPath, cancellation) is not { } document)
            return null;
        var plan = PlanDocument.Read(document.Content.Span);
        key?.Require(planPath, plan.Digest!.Value, plan.Binding);
        return plan;
    }

    public async Task<RestorePlan> StorePlanAsync(RestorePlan plan, CancellationToken cancellation)
    {
        var kept = Bound(plan.Digest is null ? PlanDocument.Kept(plan) : plan);
        return await control.CreateAsync(planPath, PlanDocument.Write(kept), cancellation) is not null
            ? kept
            : await ReadPlanAsync(cancellation)
                ?? throw new RestoreException(RestoreRefusal.BadPlan, $"{planPath} was there a moment ago and is gone; plan again");
    }

    public async Task<SafetyPoint?> ReadSafetyPointAsync(CancellationToken cancellation) =>
        await control.ReadAsync(safetyPath, cancellation) is { } document ? SafetyPoint.Read(document.Content.Span, safetyPath) : null;

    public async Task StoreSafetyPointAsync(SafetyPoint taken, CancellationToken cancellation) =>
        await control.CreateAsync(safetyPath, taken.Write(), cancellation);

    public IOutcomeLog OpenOutcomes(string plan) => new OutcomeDocuments(control, $"{folder}outcomes/");

    private RestorePlan Bound(RestorePlan plan) => plan with { Binding = key?.Bind(planPath, plan.Digest!.Value) };
}
