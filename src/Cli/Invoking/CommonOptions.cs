using System.CommandLine;
using Holdfast.Cli.Configuration;

namespace Holdfast.Cli.Invoking;

/// <summary>The options that every verb takes, before or after the verb's name.</summary>
internal sealed class CommonOptions
{
    public const string VaultVariable = "HOLDFAST_VAULT";

    /// <summary>The variable that restic itself takes the password of a repository from.</summary>
    public const string FilesPasswordVariable = "RESTIC_PASSWORD";

    public Option<string?> Vault { get; } =
        new("--vault")
        {
            HelpName = "WHERE",
            Recursive = true,
            Description =
                $"The vault: a folder, https://ACCOUNT.blob.core.windows.net/CONTAINER, or Azurite's URL. Default: {VaultVariable}",
        };

    public Option<string?> Cluster { get; } =
        new("--cluster")
        {
            HelpName = "NAME",
            Recursive = true,
            Description = "The name under which the cluster's points are stored. Default: made from the kubeconfig context's cluster",
        };

    public Option<string?> Kubeconfig { get; } =
        new("--kubeconfig")
        {
            HelpName = "FILE",
            Recursive = true,
            Description = "The kubeconfig to use. Default: KUBECONFIG, then ~/.kube/config, then the pod's service account",
        };

    public Option<string?> Context { get; } =
        new("--context")
        {
            HelpName = "NAME",
            Recursive = true,
            Description = "The kubeconfig context to use. Default: its current one",
        };

    public Option<string?> Auth { get; } =
        new("--auth")
        {
            HelpName = "HOW",
            Recursive = true,
            CompletionSources = { "kubeconfig", "entra" },
            Description = "kubeconfig: the credentials that it names (default); entra: an Entra ID token for AKS, without kubelogin",
        };

    public Option<string?> Config { get; } =
        new("--config")
        {
            HelpName = "FILE",
            Recursive = true,
            Description =
                $"The configuration file. Default: {Setting.FileVariable}, then ~/.config/holdfast/config.yaml; see `holdfast config show`",
        };

    public Option<string?> Profile { get; } =
        new("--profile")
        {
            HelpName = "NAME",
            Recursive = true,
            Description = $"The profile of the configuration file. Default: {Setting.ProfileVariable}, then the file's own choice",
        };

    public Option<bool> Quiet { get; } =
        new("--quiet", "-q") { Recursive = true, Description = "No progress and no notes on stderr; warnings and errors only" };

    public IEnumerable<Option> All => [Vault, Cluster, Kubeconfig, Context, Auth, Config, Profile, Quiet];
}
