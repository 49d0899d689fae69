using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Inline;

/// <summary>
/// Runs one order from beginning to end in this process, without an engine: what the command line does. Nothing is serialized, so that a
/// failure keeps its exception (<see cref="RunFailure.Cause"/>). A process that is killed leaves what the run's activities have done.
/// </summary>
public static class InlineRun
{
    /// <param name="order">Whose run id is <paramref name="run"/>.</param>
    /// <returns>The run's report, whatever its state.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; activities have come to a safe place, and no report is written.</exception>
    public static async Task<RunReport> RunAsync(
        RunEnvironment environment,
        string orchestrator,
        RunId run,
        object order,
        ILoggerFactory logging,
        CancellationToken cancellation
    )
    {
        RunReport? report = null;
        var workspace = new RunWorkspace(environment with { Alone = written => report = written, Stopping = cancellation });
        var registry = new DurableTaskRegistry();
        HoldfastTasks.Register(registry);
        await new InlineTasks(registry, new WorkspaceProvider(workspace), environment.Time, logging, cancellation).RunAsync(
            orchestrator,
            run.ToString(),
            order,
            parent: null
        );
        return report ?? throw new InvalidOperationException($"Run {run} ended without a report");
    }

    private sealed class WorkspaceProvider(RunWorkspace workspace) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? workspace : null;
    }
}
