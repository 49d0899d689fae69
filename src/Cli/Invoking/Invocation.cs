using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;

namespace Holdfast.Cli.Invoking;

/// <summary>One use of one verb: what was asked, where to print, when to stop, what to open.</summary>
internal sealed class Invocation(
    ParseResult parsed,
    CommonOptions common,
    Verb verb,
    Screen screen,
    TimeProvider time,
    CancellationToken cancellation
)
{
    private RunOrigin? resumed;

    public Screen Screen { get; } = screen;

    public TimeProvider Time { get; } = time;

    public CancellationToken Cancellation { get; } = cancellation;

    public string Format { get; } = parsed.GetValue(verb.Format) ?? verb.Formats[0];

    public bool Json => Format == "json";

    /// <summary>What to say when the run is cancelled: what is left, and how to resume. Verbs set it as they get further.</summary>
    public string WhenCancelled { get; set; } = "nothing was changed";

    /// <summary>How to resume after a failure; null where the same command is simply run again.</summary>
    public string? Resuming { get; set; }

    public string? KubeconfigPath => parsed.GetValue(common.Kubeconfig) ?? resumed?.Kubeconfig;

    public string? Context => parsed.GetValue(common.Context) ?? resumed?.Context;

    /// <summary>Tokens come from Entra ID, whatever the kubeconfig says.</summary>
    public bool Entra =>
        (parsed.GetValue(common.Auth) ?? (resumed is { Entra: true } ? "entra" : "kubeconfig")) switch
        {
            "kubeconfig" => false,
            "entra" => true,
            var other => throw new UsageException($"--auth '{other}' is not known: use kubeconfig or entra"),
        };

    /// <exception cref="UsageException">Given, and not a name.</exception>
    public ClusterName? ClusterNamed =>
        parsed.GetValue(common.Cluster) is not { } text ? null
        : ClusterName.TryParse(text, out var name) ? name
        : throw new UsageException(
            $"--cluster '{text}' can't name a cluster: use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
        );

    public bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>The values of a repeatable option, each of which may be a list with commas.</summary>
    public string[] List(Option<string[]> option) =>
        [
            .. (parsed.GetValue(option) ?? []).SelectMany(v =>
                v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            ),
        ];

    /// <summary>From here on, what the command line doesn't say is as it was when the run began.</summary>
    public void Resume(RunOrigin origin) => resumed = origin;

    /// <summary>As <c>--vault</c> has it; null: not given.</summary>
    public string? VaultNamed => parsed.GetValue(common.Vault);

    /// <param name="create">A folder that isn't there is made.</param>
    public OpenedVault OpenVault(bool create = false) => OpenVaultOr(null, create);

    /// <param name="other">Where no vault is named; null: that is an error.</param>
    /// <param name="create">A folder that isn't there is made.</param>
    public OpenedVault OpenVaultOr(string? other, bool create)
    {
        var vault = OpenedVault.Open(NamedVault ?? other, create);
        if (vault.Warning is { } warning)
            Screen.Warn(warning);
        return vault;
    }

    /// <param name="other">A folder, where no vault is named.</param>
    /// <returns>Null: none is named, or it isn't there yet.</returns>
    public OpenedVault? FindVault(string? other) =>
        (NamedVault ?? other) is { Length: > 0 } text && (BlobVaults.IsContainer(text) || Directory.Exists(text))
            ? OpenedVault.Open(text, create: false)
            : null;

    private string? NamedVault =>
        parsed.GetValue(common.Vault) ?? resumed?.Vault ?? Environment.GetEnvironmentVariable(CommonOptions.VaultVariable);

    public OpenedCluster OpenCluster()
    {
        var cluster = OpenedCluster.Open(KubeconfigPath, Context, Entra, Time);
        foreach (var warning in cluster.Warnings)
            Screen.Warn(warning);
        return cluster;
    }
}
