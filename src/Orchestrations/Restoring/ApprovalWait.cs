using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Waits for a decision about the plan by a person who may decide. Part of an orchestrator.</summary>
internal static class ApprovalWait
{
    /// <summary>After so many decisions that don't count the wait ends, so that a history stays bounded.</summary>
    private const int MostRefused = 200;

    /// <param name="what">What a person should know of the plan; null: what the terms say.</param>
    /// <returns>The decision; null: none in time, or the run was cancelled.</returns>
    public static async Task<Approval?> RunAsync(
        TaskOrchestrationContext context,
        RestoreOrder order,
        ApprovalTerms terms,
        RestoreStatus status,
        Task cancelled,
        string? what = null
    )
    {
        var until = status.Now + terms.Timeout;
        (status.State, status.ApprovalUntil, status.Message) = (RunState.WaitingForApproval, until, what ?? terms.Because);
        status.Show();
        using var over = new CancellationTokenSource();
        var late = context.CreateTimer(until.UtcDateTime, over.Token);
        for (var refused = 0; refused < MostRefused; refused++)
        {
            var word = context.WaitForExternalEvent<Approval>(RunEvents.Approval, over.Token);
            var first = await Task.WhenAny(word, late, cancelled);
            if (first == word && Fault(ReceivedEvents.Bounded(await word), order, terms, status) is { } fault)
            {
                status.Message = fault;
                status.Show();
                continue;
            }
            // an orchestrator has one thread: what is cancelled must be so before it continues
            over.Cancel();
            return first == word ? ReceivedEvents.Bounded(await word) : null;
        }
        over.Cancel();
        return null;
    }

    /// <returns>Why it doesn't count; null: it does.</returns>
    private static string? Fault(Approval approval, RestoreOrder order, ApprovalTerms terms, RestoreStatus status)
    {
        if (approval.PlanDigest != status.Digest)
            return $"{approval.By}'s decision names plan {approval.PlanDigest}, not this run's, and is ignored";
        var isOwn = approval.By == order.RequestedBy && !(approval.ByRequesterAllowed ?? terms.ByRequester);
        if (approval.Decision == ApprovalDecision.Approved && isOwn)
            return "the requester can't approve their own restore; another person must (see HOLDFAST_SELF_APPROVAL)";
        return null;
    }
}
