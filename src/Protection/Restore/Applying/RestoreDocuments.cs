using Holdfast.Protection.Control;
using Holdfast.Protection.Restore.Planning;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>One restore's journal in the control store. Thread-safe.</summary>
/// <param name="folder">Of the restore alone; ends with a slash.</param>
public sealed class RestoreDocuments(IDocumentStore control, string folder) : IRestoreJournal
{
    private readonly string planPath = $"{folder}plan.json";

    public async Task<RestorePlan?> ReadPlanAsync(CancellationToken cancellation) =>
        await control.ReadAsync(planPath, cancellation) is { } document ? PlanDocument.Read(document.Content.Span) : null;

    public async Task<RestorePlan> KeepPlanAsync(RestorePlan plan, CancellationToken cancellation) =>
        await control.CreateAsync(planPath, PlanDocument.Write(plan), cancellation) is not null
            ? plan
            : await ReadPlanAsync(cancellation) ?? throw new RestoreException(RestoreRefusal.BadPlan, $"{planPath} was there a moment ago and is gone; plan again");

    public IOutcomeLog OpenOutcomes(string run) => new OutcomeDocuments(control, $"{folder}outcomes/");
}
