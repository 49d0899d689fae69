namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>Whether a plugin may ask the person something.</summary>
public enum ExecInteraction
{
    /// <summary>It gets no standard input.</summary>
    Never,

    /// <summary>It gets ours when that is a terminal.</summary>
    IfAvailable,

    /// <summary>It needs a terminal.</summary>
    Always,
}

/// <summary>
/// A credential plugin that a kubeconfig's user names (<c>exec</c>). Arguments and environment may hold secrets: never shown.
/// </summary>
/// <param name="User">The kubeconfig's name of the user, for messages.</param>
/// <param name="ApiVersion"><c>client.authentication.k8s.io/v1</c> or <c>v1beta1</c>.</param>
/// <param name="Command">A name to look up on the PATH, or a whole path.</param>
/// <param name="Environment">Added to this process' own.</param>
/// <param name="ProvideClusterInfo">The plugin wants to know about the cluster, in KUBERNETES_EXEC_INFO.</param>
/// <param name="InstallHint">What to tell who doesn't have it.</param>
public sealed record ExecSpec(
    string User,
    string ApiVersion,
    string Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    bool ProvideClusterInfo,
    ExecInteraction Interaction,
    string? InstallHint
)
{
    /// <summary>The command alone.</summary>
    public override string ToString() => Command;
}
