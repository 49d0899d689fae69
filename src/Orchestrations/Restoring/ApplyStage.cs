using Holdfast.Orchestrations.Activities;
using Holdfast.Restore.Applying;

namespace Holdfast.Orchestrations.Restoring;

internal sealed record StageSubject(RestoreSubject Restore, RestoreCursor From);

/// <summary>
/// Applies a plan from the cursor to the end of a stage, or as much of that as the time allows. Repeated, it writes nothing twice:
/// outcomes are kept as they come.
/// </summary>
internal sealed class ApplyStage(RestoreRuns restores) : RunActivity<StageSubject, RestoreAdvance>(restores.Records)
{
    public const string Name = nameof(ApplyStage);

    protected override Task<RestoreAdvance> DoAsync(StageSubject stage, CancellationToken cancellation) =>
        restores.DoAsync(
            stage.Restore,
            (steps, target, stop) => steps.AdvanceAsync(target, stage.From, Records.Environment.Limits.ApplyBudget, stop),
            cancellation
        );
}
