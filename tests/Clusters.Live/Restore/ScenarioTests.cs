using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Scenarios;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Every scenario of tests/scenarios on a real API server, but for those that say why they need a newer one.</summary>
[Collection(ScenarioCollection.Name)]
public sealed class ScenarioTests(ScenarioFixture live)
{
    public static TheoryData<string> Scenarios => [.. Scenario.Names.Where(n => Scenario.Read(n).SimulatedOnly is null)];

    [SkippableTheory]
    [MemberData(nameof(Scenarios))]
    public async Task Becomes_what_the_plan_says(string name) => await (await live.ProofAsync()).ProveAsync(Scenario.Read(name));
}

/// <summary>The pages' commands on a real API server.</summary>
[Collection(ScenarioCollection.Name)]
public sealed class WalkTests(ScenarioFixture live) : WalkBehaviour
{
    protected override Task<ScenarioCluster> ClusterAsync() => live.ClusterAsync();
}

[CollectionDefinition(Name)]
public sealed class ScenarioCollection : ICollectionFixture<ScenarioFixture>
{
    public const string Name = "scenarios";
}

/// <summary>
/// One server for all scenarios. Of the controllers only those run that delete: what else there is afterwards, the restore has made.
/// </summary>
public sealed class ScenarioFixture : LiveClusterFixture, IAsyncLifetime
{
    private ScenarioCluster? cluster;
    private ScenarioProof? proof;

    protected override LiveClusterOptions Options =>
        new()
        {
            ExtraApiServerArguments = "--service-cluster-ip-range=10.96.0.0/16",
            Controllers = "garbagecollector,namespace,pvc-protection,pv-protection",
        };

    public async Task<ScenarioCluster> ClusterAsync() => cluster ??= await ScenarioCluster.OfAsync(ClusterWithControllers);

    public async Task<ScenarioProof> ProofAsync() => proof ??= new(await ClusterAsync());

    async Task IAsyncLifetime.DisposeAsync()
    {
        cluster?.Dispose();
        await DisposeAsync();
    }
}
