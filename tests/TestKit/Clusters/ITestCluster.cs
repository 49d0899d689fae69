using Holdfast.Clusters.Connections;

namespace Holdfast.TestKit.Clusters;

/// <summary>An API server that a suite runs against: the simulator, or a real kube-apiserver with its etcd.</summary>
public interface ITestCluster : IAsyncDisposable
{
    /// <summary>A real kube-apiserver: has every behaviour; the simulator has those that docs/simulator.md lists.</summary>
    bool IsReal { get; }

    /// <summary>As an administrator.</summary>
    ClusterEndpoint Endpoint { get; }

    /// <summary>A kubeconfig file for <see cref="Endpoint"/>.</summary>
    string KubeconfigPath { get; }

    /// <summary>Makes revisions before the present one answer 410.</summary>
    Task CompactAsync();
}
