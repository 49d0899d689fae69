using Holdfast.Functions.App;
using Holdfast.Orchestrations;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests;

/// <summary>The embedded engine in memory, with the tasks of an app.</summary>
internal sealed class EmbeddedEngine : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping;
    private readonly EmbeddedHub hub;
    private bool disposed;

    private EmbeddedEngine(EmbeddedHub hub, CancellationTokenSource stopping) => (this.hub, this.stopping) = (hub, stopping);

    public DurableTaskClient Client => hub.Client;

    /// <param name="stopping">That of the app's environment; cancelled when this is disposed.</param>
    public static Task<EmbeddedEngine> StartAsync(HoldfastApp app, CancellationTokenSource stopping, TimeProvider time) =>
        StartAsync(HoldfastTasks.Register, new AppServices(app), PayloadConverter.Instance, stopping, time);

    public static async Task<EmbeddedEngine> StartAsync(
        Action<DurableTaskRegistry> register,
        IServiceProvider services,
        DataConverter converter,
        CancellationTokenSource stopping,
        TimeProvider time
    )
    {
        var registry = new DurableTaskRegistry();
        register(registry);
        var executor = new RegistryExecutor(registry, services, converter, NullLoggerFactory.Instance);
        return new(await EmbeddedHub.StartAsync(null, executor, converter, new(), time, NullLoggerFactory.Instance, default), stopping);
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        var stopped = hub.DisposeAsync();
        await stopping.CancelAsync();
        await stopped;
        stopping.Dispose();
    }

    private sealed class AppServices(HoldfastApp app) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? app.Workspace : null;
    }
}
