using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Durable.Client;
using Holdfast.Durable.Hub;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Durable.Tests.Hub;

/// <summary>A hub that can be stopped and started again on the same file, and the registry that its test fills.</summary>
internal sealed class HubRig : IAsyncDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource patience = new(LongEnough);
    private TaskHub? hub;

    public DurableRegistry Registry { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

    public ManualTime Time { get; } = new();

    public TaskHubOptions Options { get; init; } = new();

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Null: in memory.</summary>
    public string? Path { get; init; }

    public TaskHub Hub => hub ?? throw new InvalidOperationException("Start the hub first.");

    /// <summary>Cancelled when a test has waited too long for anything.</summary>
    public CancellationToken Cancellation => patience.Token;

    public async Task StartAsync() => hub = await TaskHub.StartAsync(Path, Registry, Options, Time, Logging, Cancellation);

    public async Task StopAsync() => await Hub.DisposeAsync();

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string id = "run")
    {
        Assert.True(await Hub.ScheduleNewOrchestrationInstanceAsync(name, id, input, Cancellation));
        return await EndAsync(id);
    }

    public Task StartInstanceAsync(string name, string id = "run", object? input = null) => Hub.ScheduleNewOrchestrationInstanceAsync(name, id, input, Cancellation);

    public Task<OrchestrationMetadata> EndAsync(string id = "run") => Hub.WaitForInstanceCompletionAsync(id, Cancellation);

    public async Task<OrchestrationMetadata> FindAsync(string id = "run") => await Hub.GetInstanceAsync(id, Cancellation) ?? throw new InvalidOperationException($"There is no '{id}'.");

    /// <summary>Waits until the instance shows what is looked for.</summary>
    public async Task<OrchestrationMetadata> UntilAsync(Func<OrchestrationMetadata, bool> shown, string id = "run")
    {
        for (; ; )
        {
            if (await Hub.GetInstanceAsync(id, Cancellation) is { } found && shown(found))
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

    public async ValueTask DisposeAsync()
    {
        if (hub is not null)
            await hub.DisposeAsync();
        patience.Dispose();
    }
}

/// <summary>What activities did, in the order in which they did it.</summary>
internal sealed class EffectLog
{
    private readonly ConcurrentQueue<string> lines = new();

    public string[] Lines => [.. lines];

    public void Add(string line) => lines.Enqueue(line);

    public int Count(string line) => lines.Count(l => l == line);
}
