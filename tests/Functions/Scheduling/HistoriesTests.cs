using Holdfast.Functions.Scheduling;
using Holdfast.TestKit.Stores;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace Holdfast.Functions.Tests.Scheduling;

public sealed class HistoriesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly SettableTime time = new(Now);
    private EmbeddedEngine hub = null!;

    public async Task InitializeAsync()
    {
        hub = await EmbeddedEngine.StartAsync(
            registry =>
                registry
                    .AddOrchestratorFunc<string, string>("Ends", (_, input) => Task.FromResult(input))
                    .AddOrchestratorFunc<string, string>("Waits", (context, _) => context.WaitForExternalEvent<string>("never")),
            new NoServices(),
            JsonDataConverter.Default,
            new CancellationTokenSource(),
            time
        );
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task What_ended_long_ago_is_purged_and_what_is_running_or_recent_is_not()
    {
        await EndedAsync("old");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "", new StartOrchestrationOptions("waiting"));
        time.Now += Histories.Kept;
        await EndedAsync("recent");
        time.Now += TimeSpan.FromMinutes(1);

        await Histories.PurgeAsync(hub.Client, time.GetUtcNow() - Histories.Kept, default);

        Assert.Null(await hub.Client.GetInstanceAsync("old", default));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.Client.GetInstanceAsync("recent", default))?.RuntimeStatus);
        Assert.NotNull(await hub.Client.GetInstanceAsync("waiting", default));
    }

    private async Task EndedAsync(string id)
    {
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Ends", "", new StartOrchestrationOptions(id));
        await hub.Client.WaitForInstanceCompletionAsync(id, default);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
