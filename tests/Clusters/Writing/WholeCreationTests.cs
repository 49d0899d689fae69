using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Simulator;

namespace Holdfast.Clusters.Tests.Writing;

/// <summary>Whoever removes what a cancelled run has made finds all of it.</summary>
public sealed class WholeCreationTests : IAsyncLifetime
{
    private static readonly ApiResource Maps = new("", "v1", "configmaps", "ConfigMap", true, ["create", "get"]);
    private SimulatedCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await SimulatedCluster.StartAsync(new(), default);

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task What_was_being_created_when_its_caller_was_cancelled_is_there_once_the_call_is_over()
    {
        using var connection = new ClusterConnection(
            new() { Server = cluster.Server, Token = (_, _) => new(cluster.Token) },
            TimeProvider.System
        );
        var writer = new ResourceWriter(connection);
        using var slow = cluster.Inject(new("/configmaps") { Method = "POST", Delay = TimeSpan.FromSeconds(1) });
        using var stop = new CancellationTokenSource();

        var creation = writer.CreateWholeAsync(Maps, "default", """{"metadata":{"name":"a"}}"""u8.ToArray(), new("tests"), stop.Token);
        while (slow.Struck == 0)
            await Task.Delay(5);
        await stop.CancelAsync();

        Assert.Equal(WriteStatus.Done, (await creation).Status);
        Assert.Equal(WriteStatus.Done, (await writer.GetAsync(Maps, "default", "a", default)).Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            writer.CreateWholeAsync(Maps, "default", """{"metadata":{"name":"b"}}"""u8.ToArray(), new("tests"), stop.Token)
        );
    }
}
