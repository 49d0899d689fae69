using Holdfast.Durable.Client;
using Holdfast.Durable.Hub;
using Holdfast.Orchestrations.Runs;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Embedded;

/// <summary>Runs one order from beginning to end in this process, on a hub in memory: what the command line does. A process that is killed leaves what the run's activities have done, and nothing of the hub.</summary>
public static class EmbeddedRun
{
    /// <param name="order">Whose run id is <paramref name="run"/>.</param>
    /// <returns>The run's report, whatever its state.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; activities have come to a safe place, and no report is written.</exception>
    public static async Task<RunReport> RunAsync(
        RunEnvironment environment, string orchestrator, RunId run, object order, ILoggerFactory logging, CancellationToken cancellation)
    {
        RunReport? report = null;
        await using var hub = await TaskHub.StartAsync(null, HoldfastRegistry.Create(environment with { Alone = told => report = told }), new(), environment.Time, logging, cancellation);
        await hub.ScheduleNewOrchestrationInstanceAsync(orchestrator, run.ToString(), order, cancellation);
        var end = await hub.WaitForInstanceCompletionAsync(run.ToString(), cancellation);
        return report ?? throw new DurableClientException($"Run {run} ended as {end.RuntimeStatus} without a report: {end.FailureDetails?.ErrorMessage ?? end.Output}", isTransient: false);
    }
}
