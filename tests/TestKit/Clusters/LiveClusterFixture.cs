using Xunit;

namespace Holdfast.TestKit.Clusters;

/// <summary>
/// One real cluster for all tests of a collection. A test assembly declares the collection (xunit looks for it there):
/// <code>[CollectionDefinition("live cluster")] public sealed class LiveClusterCollection :
/// ICollectionFixture&lt;LiveClusterFixture&gt;;</code>
/// and its tests are <c>[SkippableFact]</c> in classes marked <c>[Collection("live cluster")]</c>, which take the fixture and ask for
/// <see cref="Cluster"/>.
/// </summary>
public class LiveClusterFixture : IAsyncLifetime
{
    private LiveCluster? cluster;

    /// <summary>HOLDFAST_LIVE=0 skips the live suites (./test.sh --fast); otherwise they run, and fail if there is no server.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable("HOLDFAST_LIVE") != "0";

    /// <summary>The running cluster; skips the test that asks when none is wanted.</summary>
    public LiveCluster Cluster
    {
        get
        {
            Skip.IfNot(IsWanted, "HOLDFAST_LIVE=0: no real API server wanted");
            return cluster!;
        }
    }

    /// <summary>
    /// The same for tests that need garbage collection or namespace deletion: skips where the assets have no controller manager.
    /// </summary>
    public LiveCluster ClusterWithControllers
    {
        get
        {
            Skip.IfNot(Cluster.HasControllerManager, "these assets have no kube-controller-manager");
            return Cluster;
        }
    }

    /// <summary>What this collection's cluster is started with.</summary>
    protected virtual LiveClusterOptions Options => new();

    public async Task InitializeAsync()
    {
        if (IsWanted)
            cluster = await LiveCluster.StartAsync(Options);
    }

    public async Task DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
    }
}
