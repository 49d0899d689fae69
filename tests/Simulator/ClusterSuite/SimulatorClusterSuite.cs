using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Simulator.Tests.ClusterSuite;

/// <summary>One simulated cluster for a class of the suite.</summary>
public sealed class SimulatorFixture : IAsyncLifetime
{
    public ITestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

public sealed class SimulatorListBehaviour(SimulatorFixture simulator) : ListBehaviour(simulator.Cluster), IClassFixture<SimulatorFixture>;

public sealed class SimulatorWriteBehaviour(SimulatorFixture simulator)
    : WriteBehaviour(simulator.Cluster),
        IClassFixture<SimulatorFixture>;

public sealed class SimulatorApplyBehaviour(SimulatorFixture simulator)
    : ApplyBehaviour(simulator.Cluster),
        IClassFixture<SimulatorFixture>;

public sealed class SimulatorDeleteBehaviour(SimulatorFixture simulator)
    : DeleteBehaviour(simulator.Cluster),
        IClassFixture<SimulatorFixture>;

public sealed class SimulatorWatchBehaviour(SimulatorFixture simulator)
    : WatchBehaviour(simulator.Cluster),
        IClassFixture<SimulatorFixture>;

public sealed class SimulatorDiscoveryBehaviour(SimulatorFixture simulator)
    : DiscoveryBehaviour(simulator.Cluster),
        IClassFixture<SimulatorFixture>;

public sealed class SimulatorWriterBehaviour(SimulatorFixture simulator)
    : WriterBehaviour(simulator.Cluster),
        IClassFixture<SimulatorFixture>;
