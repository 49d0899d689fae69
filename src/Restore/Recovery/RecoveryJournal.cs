using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Recovery;

/// <summary>What a service keeps of one recovery in the control store: its plan, and how far it is. Thread-safe.</summary>
/// <param name="folder">Of the recovery alone; ends with a slash.</param>
/// <param name="key">Null: plans are as trustworthy as the store.</param>
public sealed class RecoveryJournal(IDocumentStore control, string folder, PlanKey? key)
{
    private readonly string planPath = $"{folder}recovery-plan.json";
    private readonly string passedPath = $"{folder}recovery.json";

    /// <returns>Null: none is kept.</returns>
    /// <exception cref="RestoreException">BadPlan: it was changed, or isn't of this service.</exception>
    public async Task<RecoveryPlan?> ReadPlanAsync(CancellationToken cancellation)
    {
        if (await control.ReadAsync(planPath, cancellation) is not { } document)
            return null;
        var plan = RecoveryPlanDocument.Read(document.Content.Span);
        key?.Require(planPath, plan.Digest!.Value, plan.Binding);
        return plan;
    }

    /// <summary>Keeps a plan, unless one is kept.</summary>
    /// <returns>The one that is kept.</returns>
    public async Task<RecoveryPlan> StorePlanAsync(RecoveryPlan plan, CancellationToken cancellation)
    {
        var kept = RecoveryPlanDocument.Kept(plan);
        kept = kept with { Binding = key?.Bind(planPath, kept.Digest!.Value) };
        return await control.CreateAsync(planPath, RecoveryPlanDocument.Write(kept), cancellation) is not null
            ? kept
            : await ReadPlanAsync(cancellation)
                ?? throw new RestoreException(RestoreRefusal.BadPlan, $"{planPath} was there a moment ago and is gone; plan again");
    }

    /// <exception cref="ControlException">Malformed: it can't be used.</exception>
    public async Task<PassedGroups> ReadPassedAsync(CancellationToken cancellation) =>
        (await control.ReadAsync(passedPath, RecoveryJson.Default.PassedGroups, cancellation))?.Document ?? PassedGroups.None;

    public Task StorePassedAsync(PassedGroups passed, CancellationToken cancellation) =>
        control.PutAsync(passedPath, JsonSerializer.SerializeToUtf8Bytes(passed, RecoveryJson.Default.PassedGroups), cancellation);
}

/// <summary>How far a recovery is, over all its attempts.</summary>
public sealed record PassedGroups
{
    public static readonly PassedGroups None = new() { Groups = [] };

    /// <summary>After which the next one may begin.</summary>
    public required ImmutableArray<string> Groups { get; init; }

    /// <summary>When its first attempt began to apply. Null: none has.</summary>
    public DateTimeOffset? AppliedFrom { get; init; }

    /// <summary>For how long it has waited for someone to confirm.</summary>
    public double PausedSeconds { get; init; }
}
