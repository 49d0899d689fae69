using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Effects;

/// <summary>The events of runs as orchestrators take them: whoever raised them, what they carry goes on into further messages, and is bounded.</summary>
internal static class ToldEvents
{
    private const string Unknown = "somebody unknown";

    /// <summary>Completes when somebody cancels.</summary>
    public static async Task<Cancellation> CancellationAsync(OrchestrationContext context)
    {
        var told = await context.WaitForExternalEvent<Cancellation?>(RunEvents.Cancel);
        return new(RunResult.Cut(told?.By) ?? Unknown, RunResult.Cut(told?.Reason, Cancellation.LongestReason));
    }

    public static Approval Bounded(Approval approval) => approval with { By = RunResult.Cut(approval.By) ?? Unknown, Comment = RunResult.Cut(approval.Comment, Approval.LongestComment) };
}
