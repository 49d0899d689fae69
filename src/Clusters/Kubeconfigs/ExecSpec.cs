namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>Whether a plugin may prompt the user.</summary>
public enum ExecInteraction
{
    /// <summary>It gets no standard input.</summary>
    Never,

    /// <summary>It gets ours if that is a terminal.</summary>
    IfAvailable,

    /// <summary>It needs a terminal.</summary>
    Always,
}

/// <summary>
/// A credential plugin that a kubeconfig's user names (<c>exec</c>). Arguments and environment may hold secrets and are never shown.
/// </summary>
/// <param name="User">The kubeconfig's name of the user, for messages.</param>
/// <param name="ApiVersion"><c>client.authentication.k8s.io/v1</c> or <c>v1beta1</c>.</param>
/// <param name="Command">A name to look up on the PATH, or a whole path.</param>
/// <param name="Environment">Added to this process' own.</param>
/// <param name="ProvideClusterInfo">The plugin needs information about the cluster, in KUBERNETES_EXEC_INFO.</param>
/// <param name="InstallHint">Advice if the command isn't installed.</param>
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
