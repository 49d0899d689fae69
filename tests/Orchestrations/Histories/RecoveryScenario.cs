using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>A recovery of two groups: one restore, a check and a pause, then two restores.</summary>
internal static class RecoveryScenario
{
    private static readonly RunId Run = RunId.Parse("20261122T053000Z-1a2b3c4d");
    private static readonly ClusterName North = ClusterName.Parse("north");
    private static readonly ContentDigest Digest = ContentDigest.Of("plan of the recovery"u8);

    public static IEnumerable<Scenario> All =>
        [
            Recovered("recovery-whole", order => order with { Approval = new() }) with
            {
                Meanwhile = async (client, run) =>
                {
                    await ScenarioEvents.DecideAsync(client, run, Digest, ApprovalDecision.Approved);
                    await ContinueAsync(client, run);
                },
                Answers = (name, calls) =>
                    name == CheckRecovery.Name && calls == 0 ? new RecoveryCheckOutcome("it isn't there", false) : null,
                Children = [$"{Run.OfRestore("data")}"],
            },
            Recovered("recovery-plan", order => order with { PlanOnly = true }),
            Recovered("recovery-plan-failed", order => order with { PlanOnly = true }) with
            {
                Answers = (name, _) =>
                    name == PlanRecovery.Name ? new RestoreException(RestoreRefusal.BadRequest, "nothing selected") : null,
            },
            Recovered("recovery-stopped", order => order) with
            {
                Answers = (name, _) => name == EndRestore.Name ? new RunResult(Run.OfRestore("data"), RunState.Partial) : null,
            },
            Recovered("recovery-check-failed", order => order) with
            {
                Answers = (name, _) => name == CheckRecovery.Name ? new RecoveryCheckOutcome("it isn't there", true) : null,
            },
            Recovered("recovery-denied", order => order with { Approval = new() }) with
            {
                Meanwhile = (client, run) => ScenarioEvents.DecideAsync(client, run, Digest, ApprovalDecision.Denied),
            },
            Recovered("recovery-cancelled", order => order) with
            {
                Answers = (name, _) => name == ApplyStage.Name ? Scenario.UntilStopped : null,
                Meanwhile = ScenarioEvents.CancelAsync,
            },
            Recovered("recovery-cancelled-while-paused", order => order) with
            {
                Meanwhile = async (client, run) =>
                {
                    await PausedAsync(client, run);
                    await ScenarioEvents.CancelAsync(client, run);
                },
            },
            Recovered("recovery-resumed", order => order with { Resume = true, Plan = new(Run, Digest) }) with
            {
                Answers = (name, calls) =>
                    name == AdvanceRecovery.Name ? new NextGroup(calls == 0 ? Second(RestoreAttempt.Begun) : null) : null,
            },
        ];

    public static object AnswerOf(string activity, object? input) =>
        activity switch
        {
            PlanRecovery.Name => new RecoveryPlanned(3, 2)
            {
                Digest = input is RecoveryPlanStep { Number: 2 } or RecoveryPlanStep { Order.Plan: not null } ? Digest : null,
            },
            AdvanceRecovery.Name => new NextGroup(
                ((GroupAdvance)input!).Passed switch
                {
                    null => new(0, "databases", [Brief("data", RestoreAttempt.New)], 1, "Promote the databases", false),
                    0 => Second(RestoreAttempt.New),
                    _ => null,
                }
            ),
            CheckRecovery.Name => new RecoveryCheckOutcome(null, true),
            EndRecovery.Name => new RunResult(Run, RunState.Succeeded),
            _ => throw new NotSupportedException(activity),
        };

    private static GroupBrief Second(RestoreAttempt attempt) =>
        new(1, "applications", [Brief("shop", attempt), Brief("done", RestoreAttempt.Complete), Brief("web", attempt)], 0, null, true);

    private static RestoreBrief Brief(string name, RestoreAttempt attempt) => new(name, North, ContentDigest.Of("plan"u8), attempt);

    private static Scenario Recovered(string name, Func<RecoveryOrder, RecoveryOrder> with) =>
        new(
            name,
            Orchestrators.Recovery,
            Run.ToString(),
            with(
                new()
                {
                    Run = Run,
                    RequestedBy = "requester",
                    Attempts = 1,
                }
            )
        );

    private static async Task ContinueAsync(DurableTaskClient client, string run)
    {
        await PausedAsync(client, run);
        await client.RaiseEventAsync(run, RunEvents.Continue, new Confirmation("another group", "a person"));
        await client.RaiseEventAsync(run, RunEvents.Continue, new Confirmation("databases", "a person"));
    }

    private static Task PausedAsync(DurableTaskClient client, string run) =>
        Until.TrueAsync(async () =>
            RunStatus.TryRead((await client.GetInstanceAsync(run, getInputsAndOutputs: true))?.SerializedCustomStatus)
                is { State: RunState.Paused }
        );
}
