using Holdfast.Orchestrations.Runs;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Orchestrations.Tests;

/// <summary>The embedded engine with the tasks of Holdfast. Disposing it stops it as a process does that is asked to stop.</summary>
internal sealed class RunningHub : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private EmbeddedHub hub = null!;

    public DurableTaskClient Client => hub.Client;

    public EmbeddedHub Engine => hub;

    public static Task<RunningHub> StartAsync(RunEnvironment environment, string? path = null) =>
        StartAsync(environment, HoldfastTasks.Register, path, TimeProvider.System);

    public static async Task<RunningHub> StartAsync(
        RunEnvironment environment,
        Action<DurableTaskRegistry> register,
        string? path,
        TimeProvider time
    )
    {
        var running = new RunningHub();
        var registry = new DurableTaskRegistry();
        register(registry);
        var services = new Workspace(new(environment with { Stopping = running.stopping.Token }));
        var executor = new RegistryExecutor(registry, services, PayloadConverter.Instance, NullLoggerFactory.Instance);
        running.hub = await EmbeddedHub.StartAsync(
            path,
            executor,
            PayloadConverter.Instance,
            new(),
            time,
            NullLoggerFactory.Instance,
            default
        );
        return running;
    }

    public Task StartAsync(string orchestrator, string instance, object input) =>
        Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instance));

    public async ValueTask DisposeAsync()
    {
        // The hub is to know first: what fails after that has failed because of it, and is run again by the next hub.
        var stopped = hub.DisposeAsync();
        await stopping.CancelAsync();
        await stopped;
        stopping.Dispose();
    }

    private sealed class Workspace(RunWorkspace workspace) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? workspace : null;
    }
}
