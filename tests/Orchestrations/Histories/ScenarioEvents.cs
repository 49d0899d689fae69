using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>What people do to a run of a scenario.</summary>
internal static class ScenarioEvents
{
    public static async Task DecideAsync(DurableTaskClient client, string run, ContentDigest plan, ApprovalDecision decision)
    {
        await Until.TrueAsync(async () =>
            RunStatus.TryRead((await client.GetInstanceAsync(run, getInputsAndOutputs: true))?.SerializedCustomStatus)
                is { State: RunState.WaitingForApproval } status
            && status.PlanDigest == plan
        );
        await client.RaiseEventAsync(run, RunEvents.Approval, new Approval(decision, plan, "approver"));
    }

    public static async Task CancelWhileCreatingAsync(DurableTaskClient client, string run)
    {
        await Until.TrueAsync(async () =>
            RunStatus.TryRead((await client.GetInstanceAsync(run, getInputsAndOutputs: true))?.SerializedCustomStatus)?.Message
            == "Creating"
        );
        await CancelAsync(client, run);
    }

    public static Task CancelAsync(DurableTaskClient client, string run) =>
        client.RaiseEventAsync(run, RunEvents.Cancel, new Cancellation("a person", "enough"));

    public static async Task ApproveAsync(DurableTaskClient client, string run, ContentDigest plan, ApprovalDecision decision)
    {
        await Until.TrueAsync(async () =>
            RunStatus.TryRead((await client.GetInstanceAsync(run, getInputsAndOutputs: true))?.SerializedCustomStatus)?.State
            == RunState.WaitingForApproval
        );
        await client.RaiseEventAsync(
            run,
            RunEvents.Approval,
            new Approval(ApprovalDecision.Approved, ContentDigest.Of("another plan"u8), "approver")
        );
        await client.RaiseEventAsync(run, RunEvents.Approval, new Approval(decision, plan, "approver"));
    }
}
