using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Waits for a decision about the plan by a person who may decide. Part of an orchestrator.</summary>
internal static class ApprovalWait
{
    /// <summary>After so many decisions that don't count the wait ends, so that a history stays bounded.</summary>
    private const int MostRefused = 200;

    private const string NothingDone = "Nothing was changed; plan again when it is wanted";

    /// <param name="plan">What is to be approved.</param>
    /// <param name="show">Shows until when it waits, and what a person should know.</param>
    /// <param name="what">What a person should know of the plan; null: what the terms say.</param>
    /// <returns>The decision, null where none came in time or the run was cancelled, and why the plan isn't applied.</returns>
    public static async Task<(Approval? Approval, Failure? Refusal)> RunAsync(
        TaskOrchestrationContext context,
        string requestedBy,
        ApprovalTerms terms,
        ContentDigest? plan,
        Action<DateTimeOffset, string?> show,
        Task<Cancellation> cancelled,
        string? what = null
    )
    {
        var until = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero) + terms.Timeout;
        show(until, what ?? terms.Because);
        using var over = new CancellationTokenSource();
        var late = context.CreateTimer(until.UtcDateTime, over.Token);
        for (var refused = 0; refused < MostRefused; refused++)
        {
            var word = context.WaitForExternalEvent<Approval>(RunEvents.Approval, over.Token);
            var first = await Task.WhenAny(word, late, cancelled);
            if (first == word && Fault(ReceivedEvents.Bounded(await word), requestedBy, terms, plan) is { } fault)
            {
                show(until, fault);
                continue;
            }
            // an orchestrator has one thread: what is cancelled must be so before it continues
            over.Cancel();
            var approval = first == word ? ReceivedEvents.Bounded(await word) : null;
            return (approval, RefusalOf(approval, terms, until, cancelled.IsCompleted ? await cancelled : null));
        }
        over.Cancel();
        return (null, RefusalOf(null, terms, until, cancelled.IsCompleted ? await cancelled : null));
    }

    private static Failure? RefusalOf(Approval? approval, ApprovalTerms terms, DateTimeOffset until, Cancellation? cancelled) =>
        approval switch
        {
            { Decision: ApprovalDecision.Approved } => null,
            { Decision: ApprovalDecision.Denied } no => new(
                FailureSide.Caller,
                FailureCode.Denied,
                $"{no.By} denied the plan{(no.Comment is null ? "" : $": {no.Comment}")}",
                NothingDone
            ),
            _ when cancelled is { } stop => Failure.OfCancelling($"stopped by {stop.By}", NothingDone),
            _ => new(
                FailureSide.Caller,
                FailureCode.NotApproved,
                $"the plan was not approved by {until:u}{(terms.Because is null ? "" : $"; {terms.Because}")}",
                NothingDone
            ),
        };

    /// <returns>Why it doesn't count; null: it does.</returns>
    private static string? Fault(Approval approval, string requestedBy, ApprovalTerms terms, ContentDigest? plan)
    {
        if (approval.PlanDigest != plan)
            return $"{approval.By}'s decision names plan {approval.PlanDigest}, not this run's, and is ignored";
        var isOwn = approval.By == requestedBy && !(approval.ByRequesterAllowed ?? terms.ByRequester);
        if (approval.Decision == ApprovalDecision.Approved && isOwn)
            return ApprovalTerms.OwnRequest;
        return null;
    }
}
