using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Effects;

/// <summary>The events that runs receive. Whoever raised them, their texts are cut before they travel on.</summary>
internal static class ReceivedEvents
{
    private const string Unknown = "somebody unknown";

    /// <summary>Completes when somebody cancels.</summary>
    public static async Task<Cancellation> CancellationAsync(TaskOrchestrationContext context)
    {
        var received = await context.WaitForExternalEvent<Cancellation?>(RunEvents.Cancel);
        return new(RunResult.Cut(received?.By) ?? Unknown, RunResult.Cut(received?.Reason, Cancellation.LongestReason));
    }

    public static Approval Bounded(Approval approval) =>
        approval with
        {
            By = RunResult.Cut(approval.By) ?? Unknown,
            Comment = RunResult.Cut(approval.Comment, Approval.LongestComment),
        };
}
