using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Inline;

/// <summary>
/// Runs one order from beginning to end in this process, without an engine: what the command line does. Nothing is serialized, so that a
/// failure keeps its exception (<see cref="Failure.Cause"/>). A process that is killed leaves what the run's activities have done.
/// </summary>
public static partial class InlineRun
{
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(20);

    /// <returns>The run's report, whatever its state.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; activities have come to a safe place, and no report is written.</exception>
    public static async Task<RunReport> RunAsync(
        RunEnvironment environment,
        StoredOrder order,
        ILoggerFactory logging,
        CancellationToken cancellation
    )
    {
        RunReport? report = null;
        var workspace = new RunWorkspace(environment with { Alone = written => report = written, Stopping = cancellation });
        await workspace.Records.Orders.StoreAsync(order, cancellation);
        var registry = new DurableTaskRegistry();
        HoldfastTasks.Register(registry);
        var (orchestrator, input) = order.Start;
        try
        {
            await new InlineTasks(registry, new WorkspaceProvider(workspace), environment.Time, logging, cancellation).RunAsync(
                orchestrator,
                order.Run.ToString(),
                input,
                parent: null
            );
        }
        catch (OperationCanceledException)
        {
            foreach (var capture in workspace.Captures.Open)
                await ReleaseAsync(workspace, capture, logging.CreateLogger(typeof(InlineRun)));
            throw;
        }
        return report ?? throw new InvalidOperationException($"Run {order.Run} ended without a report");
    }

    /// <summary>A cancelled capture has no later process that could remove its snapshots at once.</summary>
    private static async Task ReleaseAsync(RunWorkspace workspace, CaptureSubject capture, ILogger log)
    {
        using var patience = new CancellationTokenSource(CleanUpTime, workspace.Environment.Time);
        try
        {
            await ReleaseVolumes.ReleaseAsync(workspace.Captures, capture, patience.Token);
        }
#pragma warning disable CA1031 // Whatever it is, it is logged, and the run ends as cancelled.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogLeft(log, fault, capture.Run.ToString());
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Snapshot objects of the cancelled run {Run} may be left in its cluster; a capture more than three days later collects them"
    )]
    private static partial void LogLeft(ILogger log, Exception exception, string run);

    private sealed class WorkspaceProvider(RunWorkspace workspace) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? workspace : null;
    }
}
