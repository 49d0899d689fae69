using System.Collections.Concurrent;
using Holdfast.TaskHub.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.TaskHub.Tests;

/// <summary>A hub that can be stopped and started again on the same file, and the registry that its test fills.</summary>
internal sealed class HubRig : IAsyncDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource patience = new(LongEnough);
    private EmbeddedHub? hub;

    public DurableTaskRegistry Registry { get; set; } = new();

    public FakeTimeProvider Time { get; } = new(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public HubOptions Options { get; init; } = new();

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Null: in memory.</summary>
    public string? Path { get; init; }

    /// <summary>Wraps the registry's executor.</summary>
    public Func<IHubExecutor, IHubExecutor> Intercept { get; init; } = executor => executor;

    public IServiceProvider Services { get; init; } = new NoServices();

    public EmbeddedHub Hub => hub ?? throw new InvalidOperationException("Start the hub first.");

    public DurableTaskClient Client => Hub.Client;

    /// <summary>Cancelled when a test has waited too long for anything.</summary>
    public CancellationToken Cancellation => patience.Token;

    public async Task StartAsync()
    {
        var executor = Intercept(new RegistryExecutor(Registry, Services, JsonDataConverter.Default, Logging));
        hub = await EmbeddedHub.StartAsync(Path, executor, JsonDataConverter.Default, Options, Time, Logging, Cancellation);
    }

    public async Task StopAsync() => await Hub.DisposeAsync();

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string id = "run")
    {
        await StartInstanceAsync(name, id, input);
        return await EndAsync(id);
    }

    public Task StartInstanceAsync(string name, string id = "run", object? input = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), Cancellation);

    public Task<OrchestrationMetadata> EndAsync(string id = "run") => Client.WaitForInstanceCompletionAsync(id, true, Cancellation);

    public async Task<OrchestrationMetadata> FindAsync(string id = "run") =>
        await Client.GetInstanceAsync(id, true, Cancellation) ?? throw new InvalidOperationException($"There is no '{id}'.");

    /// <summary>Waits until the instance is as expected.</summary>
    public async Task<OrchestrationMetadata> UntilAsync(Func<OrchestrationMetadata, bool> shown, string id = "run")
    {
        for (; ; )
        {
            if (await Client.GetInstanceAsync(id, true, Cancellation) is { } found && shown(found))
                return found;
            await Task.Delay(5, Cancellation);
        }
    }

    public Task UntilRunningAsync(string id = "run") => UntilAsync(i => i.RuntimeStatus == OrchestrationRuntimeStatus.Running, id);

    public async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5, Cancellation);
    }

    /// <summary>Lets the clock run until <paramref name="task"/> is done.</summary>
    public async Task WhileTimePassesAsync(Task task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(step);
            await Task.Delay(5, Cancellation);
        }
        await task;
    }

    public async ValueTask DisposeAsync()
    {
        if (hub is not null)
            await hub.DisposeAsync();
        patience.Dispose();
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}

/// <summary>The activities' effects, in order.</summary>
internal sealed class EffectLog
{
    private readonly ConcurrentQueue<string> lines = new();

    public string[] Lines => [.. lines];

    public void Add(string line) => lines.Enqueue(line);

    public int Count(string line) => lines.Count(l => l == line);
}
