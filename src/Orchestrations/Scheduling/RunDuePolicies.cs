using System.Collections.Immutable;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>The runs that one evaluation of some policies has started, in short, and what it could not start.</summary>
public sealed record TickResult(ImmutableArray<RunResult> Runs, ImmutableArray<string> Problems);

/// <summary>
/// One tick of the schedule: finds what is due, runs it, and waits until it is done. It evaluates some policies only, and has another one
/// of its kind evaluate the next, so that no history and no message grows with the number of policies.
/// </summary>
internal sealed class RunDuePolicies : TaskOrchestrator<TickOrder, TickResult>
{
    private const int Tries = 3;

    public override async Task<TickResult> RunAsync(TaskOrchestrationContext context, TickOrder tick)
    {
        var due = await context.CallActivityAsync<DueRuns>(FindDue.Name, tick, Retries.Of(Tries));
        var others = due.After is null ? Task.CompletedTask : OthersAsync(context, tick with { After = due.After });
        var runs = await Task.WhenAll(due.Runs.Select(run => RunAsync(context, run)));
        await others;
        return new([.. runs], due.Problems);
    }

    /// <summary>
    /// Where they can't be evaluated, the tick fails once its own runs are done, as it does where its own policies can't be.
    /// </summary>
    private static Task OthersAsync(TaskOrchestrationContext context, TickOrder tick) =>
        context.CallSubOrchestratorAsync<TickResult>(
            Orchestrators.Schedule,
            tick,
            new SubOrchestrationOptions(instanceId: tick.InstanceId)
        );

    private static async Task<RunResult> RunAsync(TaskOrchestrationContext context, DueRun due)
    {
        var order = new FleetOrderRef
        {
            Run = due.Run,
            RequestedBy = FindDue.Requester,
            Policy = due.Policy,
        };
        try
        {
            var result = await context.CallSubOrchestratorAsync<RunResult>(
                Orchestrators.Fleet,
                order,
                new SubOrchestrationOptions(instanceId: due.Run.ToString())
            );
            return result with { Reason = null };
        }
        catch (TaskFailedException)
        {
            return new(due.Run, RunState.Failed);
        }
    }
}
