using System.Text.Json;
using Holdfast.Durable;
using Holdfast.Durable.Client;
using Holdfast.Durable.Hub;
using Holdfast.Functions.Scheduling;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Scheduling;

public sealed class HistoriesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly SettableTime time = new(Now);
    private TaskHub hub = null!;

    public async Task InitializeAsync()
    {
        var registry = new DurableRegistry(JsonSerializerOptions.Web)
            .AddOrchestrator<string, string>("Ends", (_, input) => Task.FromResult(input))
            .AddOrchestrator<string, string>("Waits", (context, _) => context.WaitForExternalEvent<string>("never"));
        hub = await TaskHub.StartAsync(null, registry, new(), time, NullLoggerFactory.Instance, default);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task What_ended_long_ago_is_forgotten_and_what_goes_on_or_is_recent_is_not()
    {
        await EndedAsync("old");
        await hub.ScheduleNewOrchestrationInstanceAsync("Waits", "waiting", "", default);
        time.Now += Histories.Kept;
        await EndedAsync("recent");
        time.Now += TimeSpan.FromMinutes(1);

        await Histories.ForgetAsync(hub, time.GetUtcNow() - Histories.Kept, default);

        Assert.Null(await hub.GetInstanceAsync("old", default));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.GetInstanceAsync("recent", default))?.RuntimeStatus);
        Assert.NotNull(await hub.GetInstanceAsync("waiting", default));
    }

    private async Task EndedAsync(string id)
    {
        await hub.ScheduleNewOrchestrationInstanceAsync("Ends", id, "", default);
        await hub.WaitForInstanceCompletionAsync(id, default);
    }
}
