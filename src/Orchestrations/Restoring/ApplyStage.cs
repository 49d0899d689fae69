using Holdfast.Orchestrations.Effects;
using Holdfast.Restore.Applying;

namespace Holdfast.Orchestrations.Restoring;

internal sealed record StageSubject(RestoreSubject Restore, RestoreCursor From);

/// <summary>
/// Applies a plan from where it stands to the end of a stage, or as much of that as the time allows. Repeated, it writes nothing twice:
/// outcomes are kept as they come.
/// </summary>
internal sealed class ApplyStage(RunWorkspace workspace) : RunActivity<StageSubject, RestoreAdvance>(workspace)
{
    public const string Name = nameof(ApplyStage);

    protected override Task<RestoreAdvance> DoAsync(StageSubject stage, CancellationToken cancellation) =>
        Workspace.Restores.DoAsync(
            stage.Restore,
            (steps, target, stop) => steps.AdvanceAsync(target, stage.From, Workspace.Environment.Limits.ApplyBudget, stop),
            cancellation
        );
}
