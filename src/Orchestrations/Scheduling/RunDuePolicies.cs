using System.Collections.Immutable;
using Holdfast.Durable;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>What a tick has started, and what it could not.</summary>
public sealed record TickResult(ImmutableArray<RunResult> Runs, ImmutableArray<string> Problems);

/// <summary>One tick of the schedule: finds what is due, runs it, and stays until it is done, so that a fleet that the engine loses is told.</summary>
internal static class RunDuePolicies
{
    private const int Tries = 3;

    public static async Task<TickResult> RunAsync(OrchestrationContext context, TickOrder tick)
    {
        var due = await context.CallActivityAsync<DueRuns>(FindDue.Name, tick, Attempts.Of(Tries));
        var runs = await Task.WhenAll(due.Runs.Select(run => RunAsync(context, run)));
        return new([.. runs], due.Problems);
    }

    private static async Task<RunResult> RunAsync(OrchestrationContext context, DueRun due)
    {
        var order = new FleetOrder { Run = due.Run, Clusters = [], Policy = due.Policy, RequestedBy = FindDue.Requester };
        try
        {
            return await context.CallSubOrchestratorAsync<RunResult>(Orchestrators.CaptureFleet, order, new() { InstanceId = due.Run.ToString() });
        }
        catch (TaskFailedException e)
        {
            return new(due.Run, RunState.Failed, null, RunResult.Cut(e.FailureDetails.ErrorMessage));
        }
    }
}
