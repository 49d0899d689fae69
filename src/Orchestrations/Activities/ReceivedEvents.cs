using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Activities;

/// <summary>The events that runs receive. Their texts are cut, whoever raised them.</summary>
internal static class ReceivedEvents
{
    private const string Unknown = "an unknown person";

    /// <summary>Completes when the run is cancelled.</summary>
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
