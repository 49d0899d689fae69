using Holdfast.Clusters.Connections;
using Holdfast.Simulator;

namespace Holdfast.TestKit.Clusters;

/// <summary>The simulator, as suites that run against both see it.</summary>
public sealed class SimulatedTestCluster : ITestCluster
{
    private readonly SimulatedCluster cluster;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-simulator-");

    private SimulatedTestCluster(SimulatedCluster cluster)
    {
        this.cluster = cluster;
        Endpoint = new() { Server = cluster.Server, Token = (_, _) => new(cluster.Token) };
        KubeconfigPath = Path.Combine(folder.FullName, "kubeconfig");
        File.WriteAllText(KubeconfigPath, cluster.Kubeconfig());
    }

    public bool IsReal => false;

    /// <summary>For what is done to a simulator only.</summary>
    public SimulatedCluster Simulator => cluster;

    public ClusterEndpoint Endpoint { get; }

    public string KubeconfigPath { get; }

    public static async Task<SimulatedTestCluster> StartAsync(SimulatorOptions? options = null, CancellationToken cancellation = default) =>
        new(await SimulatedCluster.StartAsync(options ?? new(), cancellation));

    public Task CompactAsync()
    {
        cluster.Compact();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
