using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Storage;

[Collection(StorageCollection.Name)]
public sealed class LiveCsiTests(StorageClusterFixture live) : CsiBehaviour(live.Cluster);

public sealed class SimulatedCsiTests(SimulatedStorage simulated) : CsiBehaviour(simulated.Cluster), IClassFixture<SimulatedStorage>;

/// <summary>One simulated cluster for all tests of volumes.</summary>
public sealed class SimulatedStorage : IAsyncLifetime
{
    public ITestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
