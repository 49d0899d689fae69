namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>A kubeconfig can't be used: the caller's fault, with the file, the place and the remedy; holds no secret.</summary>
public sealed class KubeconfigException(string message, Exception? inner = null) : Exception(message, inner)
{
    internal KubeconfigException(IReadOnlyList<string> problems)
        : this(
            problems.Count == 1
                ? problems[0]
                : $"The kubeconfig can't be used, for {problems.Count} reasons:\n  {string.Join("\n  ", problems)}"
        ) { }
}
