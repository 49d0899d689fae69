using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Waits until somebody who may has decided about the plan. Part of an orchestrator.</summary>
internal static class ApprovalWait
{
    /// <summary>Decisions that don't count after which no more is waited for, so that a history stays bounded.</summary>
    private const int MostRefused = 200;

    /// <returns>The decision; null: nobody decided in time, or the run was cancelled.</returns>
    public static async Task<Approval?> RunAsync(
        TaskOrchestrationContext context,
        RestoreOrder order,
        ApprovalTerms terms,
        RestoreTally tally,
        Task cancelled
    )
    {
        var until = tally.Now + terms.Timeout;
        (tally.State, tally.ApprovalUntil, tally.Message) = (RunState.WaitingForApproval, until, terms.Because);
        tally.Show();
        using var over = new CancellationTokenSource();
        var late = context.CreateTimer(until.UtcDateTime, over.Token);
        for (var refused = 0; refused < MostRefused; refused++)
        {
            var word = context.WaitForExternalEvent<Approval>(RunEvents.Approval, over.Token);
            var first = await Task.WhenAny(word, late, cancelled);
            if (first == word && Fault(ReceivedEvents.Bounded(await word), order, terms, tally) is { } fault)
            {
                tally.Message = fault;
                tally.Show();
                continue;
            }
            // an orchestrator has one thread: what is cancelled must be so before it goes on
            over.Cancel();
            return first == word ? ReceivedEvents.Bounded(await word) : null;
        }
        over.Cancel();
        return null;
    }

    /// <returns>Why it doesn't count; null: it does.</returns>
    private static string? Fault(Approval approval, RestoreOrder order, ApprovalTerms terms, RestoreTally tally)
    {
        if (approval.PlanDigest != tally.Digest)
            return $"{approval.By} decided about the plan {approval.PlanDigest}, which is not this run's: it doesn't count";
        var isOwn = approval.By == order.RequestedBy && !(approval.ByRequesterAllowed ?? terms.ByRequester);
        if (approval.Decision == ApprovalDecision.Approved && isOwn)
            return $"{approval.By} asked for this restore, and can't approve it: somebody else has to (HOLDFAST_SELF_APPROVAL decides)";
        return null;
    }
}
