using Holdfast.Simulator.Types;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Scenarios;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>Every scenario on the simulator: those that a real server of 1.20 can't play are played here alone.</summary>
public sealed class SimulatedScenarioTests(SimulatedScenarioClusters clusters) : IClassFixture<SimulatedScenarioClusters>
{
    public static TheoryData<string> Scenarios => [.. Scenario.Names];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Becomes_what_the_plan_says(string name)
    {
        var scenario = Scenario.Read(name);

        await (await clusters.ProofAsync(scenario.Release)).ProveAsync(scenario);
    }
}

/// <summary>A simulated cluster for each release that scenarios ask for.</summary>
public sealed class SimulatedScenarioClusters : IAsyncLifetime
{
    private readonly Dictionary<string, (SimulatedTestCluster Server, ScenarioCluster Cluster, ScenarioProof Proof)> byRelease = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var (server, cluster, _) in byRelease.Values)
        {
            cluster.Dispose();
            await server.DisposeAsync();
        }
    }

    public async Task<ScenarioProof> ProofAsync(string release)
    {
        if (byRelease.TryGetValue(release, out var found))
            return found.Proof;
        var server = await SimulatedTestCluster.StartAsync(new() { Release = SimulatedRelease.Of(release), MakesObjects = false });
        var cluster = await ScenarioCluster.OfAsync(server);
        var proof = new ScenarioProof(cluster);
        byRelease.Add(release, (server, cluster, proof));
        return proof;
    }
}
