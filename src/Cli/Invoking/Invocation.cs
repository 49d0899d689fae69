using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Cli.Configuration;
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

    /// <summary>A format of the environment that the verb doesn't have means its own first one.</summary>
    public string Format => field ??= parsed.GetValue(verb.Format) ?? FormatOfEnvironment(verb);

    public bool Json => Format == "json";

    /// <summary>What to say when the run is cancelled: what is left, and how to resume. Verbs set it as they get further.</summary>
    public string WhenCancelled { get; set; } = "nothing was changed";

    /// <summary>How to resume after a failure; null where the same command is simply run again.</summary>
    public string? Resuming { get; set; }

    public string? KubeconfigPath => parsed.GetValue(common.Kubeconfig) ?? resumed?.Kubeconfig;

    public string? Context => parsed.GetValue(common.Context) ?? resumed?.Context ?? Variable(Setting.ContextVariable);

    /// <summary>Tokens come from Entra ID, whatever the kubeconfig says.</summary>
    public bool Entra =>
        parsed.GetValue(common.Auth) is { } option ? IsEntra(common.Auth.Name, option)
        : resumed is not null ? resumed.Entra
        : Variable(Setting.AuthVariable) is { } variable && IsEntra(Setting.AuthVariable, variable);

    /// <exception cref="UsageException">Given, and not a name.</exception>
    public ClusterName? ClusterNamed =>
        parsed.GetValue(common.Cluster) is { } option ? NameOf(common.Cluster.Name, option)
        : Variable(Setting.ClusterVariable) is { } variable ? NameOf(Setting.ClusterVariable, variable)
        : null;

    /// <summary>The configuration file and the profile; none until <see cref="Configure"/>.</summary>
    public EffectiveConfiguration Configuration { get; private set; } = EffectiveConfiguration.None;

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

    /// <summary>
    /// Reads the configuration file, has it stand in for variables that aren't set, and warns of what its user should know.
    /// </summary>
    /// <exception cref="UsageException">The file can't be used, or a variable's value can't.</exception>
    public void Configure()
    {
        LoadConfiguration();
        foreach (var warning in ConfigurationWarnings())
            Screen.Warn(warning);
    }

    /// <inheritdoc cref="Configure"/>
    public void LoadConfiguration()
    {
        Configuration = EffectiveConfiguration.Load(parsed.GetValue(common.Config), parsed.GetValue(common.Profile));
        Configuration.Apply();
        if (Variable(Setting.OutputVariable) is { } format and not ("text" or "json"))
            throw new UsageException($"{Setting.OutputVariable} is '{format}': use text or json");
        Screen.Quiet = IsGiven(common.Quiet) ? parsed.GetValue(common.Quiet) : IsQuietByEnvironment();
    }

    /// <summary>What the user of the configuration file should know of it.</summary>
    public IEnumerable<string> ConfigurationWarnings()
    {
        if (Configuration.File?.Warning() is { } warning)
            yield return warning;
        if (IsGiven(common.Profile))
            foreach (var setting in Configuration.Overridden)
                yield return $"{setting.FromEnvironment()!.Value.Name} is set and overrides {setting.Member} of profile "
                    + Configuration.Profile;
    }

    /// <summary>What was given for an option that every verb has, as it was typed; null: nothing.</summary>
    public string? GivenFor(string option) =>
        common.All.Append(verb.Format).FirstOrDefault(o => o.Name == option) is { } found
        && parsed.GetResult(found) is { Implicit: false } given
            ? string.Join(',', given.Tokens.Select(t => t.Value).DefaultIfEmpty("true"))
            : null;

    /// <summary>
    /// That of other words, which may be wrong; what they don't say is as the environment and the configuration file have it.
    /// </summary>
    public Invocation OfWords(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        var other = parsed.RootCommandResult.Command.Parse(words);
        return new(other, common, other.CommandResult.Command as Verb ?? verb, Screen, Time, cancellation);
    }

    /// <summary>From here on, what the command line doesn't say is as it was when the run began.</summary>
    public void Resume(RunOrigin origin) => resumed = origin;

    /// <summary>As <c>--vault</c> has it; null: not given.</summary>
    public string? VaultNamed => parsed.GetValue(common.Vault);

    /// <param name="create">A folder that isn't there is made.</param>
    public OpenedVault OpenVault(bool create = false) => OpenVaultOr(null, create);

    /// <summary>That is there; without a warning of what its user should know of it.</summary>
    public OpenedVault OpenVaultQuietly() => OpenedVault.Open(NamedVault, create: false);

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

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    private static ClusterName NameOf(string where, string text) =>
        ClusterName.TryParse(text, out var name)
            ? name
            : throw new UsageException(
                $"{where} '{text}' can't name a cluster: use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
            );

    private static bool IsEntra(string where, string text) =>
        text switch
        {
            "kubeconfig" => false,
            "entra" => true,
            _ => throw new UsageException($"{where} '{text}' is not known: use kubeconfig or entra"),
        };

    private static bool IsQuietByEnvironment() =>
        Variable(Setting.QuietVariable) switch
        {
            null or "false" => false,
            "true" => true,
            var other => throw new UsageException($"{Setting.QuietVariable} is '{other}': use true or false"),
        };

    private static string FormatOfEnvironment(Verb verb) =>
        Variable(Setting.OutputVariable) is { } format && verb.Formats.Contains(format) ? format : verb.Formats[0];
}
