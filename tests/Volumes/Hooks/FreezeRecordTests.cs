using System.Collections.Concurrent;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Executing;
using Holdfast.TestKit.Stores;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Volumes.Tests.Hooks;

public sealed class FreezeRecordTests
{
    [Theory]
    [InlineData("Read")]
    [InlineData("Delete")]
    public async Task Whatever_the_trouble_with_the_store_it_does_not_keep_applications_stopped(string operation)
    {
        var commands = new ConcurrentQueue<string>();
        await using var server = await ExecEndpoint.StartAsync(call =>
        {
            commands.Enqueue(call.Command[0]);
            return new();
        });
        var faulty = new FaultyDocuments(
            new MemoryDocuments(),
            (asked, _) => asked == operation && !commands.IsEmpty ? throw new InvalidOperationException("injected") : Task.CompletedTask
        );
        using var connection = new ClusterConnection(server.Endpoint, TimeProvider.System);
        var pod = new PodHooks("shop", "db", 0, [Hook("freeze")], [Hook("thaw")], []);

        var result = await new HookRunner(connection, new(faulty, "runs/r1/hooks-prod.json")).AroundAsync(
            HookPlan.Of([pod]),
            TimeSpan.FromMinutes(1),
            _ => Task.FromResult("snapshots"),
            default
        );

        Assert.Equal("snapshots", await result.Cut!);
        Assert.Equal(["freeze", "thaw"], commands);
    }

    private static HookSpec Hook(string command) => new("a test", "db", [command], TimeSpan.FromSeconds(10), OnHookError.Fail);
}
