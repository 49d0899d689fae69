using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// Kubeconfig files as kubectl reads them: <c>--kubeconfig</c>, else the merged list of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>; first definition of a name wins, relative
/// paths are relative to the file that holds them. Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
public sealed class Kubeconfig
{
    public string? CurrentContext => throw new NotImplementedException();

    public IReadOnlyList<string> Contexts => throw new NotImplementedException();

    /// <summary>Reads and merges. No file at all gives the in-cluster service account when there is one.</summary>
    /// <exception cref="KubeconfigException">A file is unreadable or malformed: which, where, what to do.</exception>
    public static Kubeconfig Load(string? path, IReadOnlyDictionary<string, string> environment) => throw new NotImplementedException();

    /// <summary>What a context says of its cluster and user. Files and plugins are read when the endpoint's token or certificate is.</summary>
    /// <param name="context">Null: the current one.</param>
    public KubeconfigTarget Resolve(string? context, TimeProvider time) => throw new NotImplementedException();
}

/// <param name="Warnings">For the person: TLS verification is off, an unknown field was ignored.</param>
/// <param name="ClusterEntry">The kubeconfig's name of the cluster: the default name to register it under.</param>
public sealed record KubeconfigTarget(string Context, string ClusterEntry, string? Namespace, ClusterEndpoint Endpoint, IReadOnlyList<string> Warnings);

/// <summary>A kubeconfig can't be used: the caller's fault, with the file, the place and the remedy; holds no secret.</summary>
public sealed class KubeconfigException(string message, Exception? inner = null) : Exception(message, inner);
