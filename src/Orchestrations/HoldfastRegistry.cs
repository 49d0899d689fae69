using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Durable;
using Holdfast.Protection.Control;

namespace Holdfast.Orchestrations;

/// <summary>Opens a cluster by the name it is known under: by its registration, or by a kubeconfig's context. The caller doesn't dispose it; the opener keeps one connection a cluster.</summary>
public delegate Task<ClusterConnection> OpenCluster(ClusterName cluster, CancellationToken cancellation);

/// <summary>The edges through which activities reach the world. Orchestrators reach nothing.</summary>
/// <param name="Signer">Null: seals are not signed.</param>
public sealed record RunEnvironment(OpenCluster OpenCluster, IBlobStore Vault, IDocumentStore Control, TimeProvider Time, SealSigner? Signer = null);

/// <summary>Every orchestrator and activity of Holdfast: the one list, from which an app's triggers are generated.</summary>
public static class HoldfastRegistry
{
    public static DurableRegistry Create(RunEnvironment environment) => throw new NotSupportedException(environment.ToString());
}
