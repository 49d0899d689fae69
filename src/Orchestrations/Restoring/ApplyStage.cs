using Holdfast.Durable;
using Holdfast.Protection.Restore.Applying;

namespace Holdfast.Orchestrations.Restoring;

internal sealed record StageSubject(RestoreSubject Restore, RestoreCursor From);

/// <summary>Applies a plan from where it stands to the end of a stage, or as much of that as the time allows. Repeated, it writes nothing twice: outcomes are kept as they come.</summary>
internal sealed class ApplyStage(RestoreDesk desk)
{
    public const string Name = nameof(ApplyStage);

    public Task<RestoreAdvance> RunAsync(ActivityContext context, StageSubject stage) => desk.DoAsync(
        stage.Restore, context, (steps, target, stop) => steps.AdvanceAsync(target, stage.From, desk.Environment.Limits.ApplyBudget, stop));
}
