using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Simulator.Tests;

/// <summary>A test with a simulated cluster of its own.</summary>
public abstract class SimulatorTest : IAsyncLifetime
{
    protected SimulatedCluster Cluster { get; private set; } = null!;

    protected ClusterRequests Api { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await SimulatedCluster.StartAsync(new SimulatorOptions(), CancellationToken.None);
        Api = new ClusterRequests(new() { Server = Cluster.Server, Token = (_, _) => new(Cluster.Token) });
    }

    public async Task DisposeAsync()
    {
        Api.Dispose();
        await Cluster.DisposeAsync();
    }
}
