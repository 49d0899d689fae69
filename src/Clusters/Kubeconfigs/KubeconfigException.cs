using System.Collections.Immutable;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>A kubeconfig can't be used: the caller's fault, with the file, the place and the remedy, without secrets.</summary>
public sealed class KubeconfigException(string message, Exception? inner = null) : Exception(message, inner)
{
    internal KubeconfigException(ImmutableArray<string> problems)
        : this(string.Join("; ", problems)) => Problems = problems;

    /// <summary>All that is wrong, each by itself; empty where the message is about one thing.</summary>
    public ImmutableArray<string> Problems { get; } = [];
}
