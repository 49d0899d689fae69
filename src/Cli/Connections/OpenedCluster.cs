using System.Collections;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Credentials;
using Holdfast.Cli.Errors;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;

namespace Holdfast.Cli.Connections;

/// <summary>The cluster that the kubeconfig's context means, connected to on first use.</summary>
internal sealed class OpenedCluster : IDisposable
{
    private readonly TimeProvider time;

    private OpenedCluster(KubeconfigTarget target, ClusterEndpoint endpoint, TimeProvider time)
    {
        this.time = time;
        Context = target.Context;
        ClusterEntry = target.ClusterEntry;
        Warnings = target.Warnings;
        Plugin = target.Exec?.Command;
        Endpoint = endpoint with { Limits = Limits() };
        Connection = new(Endpoint, time);
    }

    public string Context { get; }

    /// <summary>As the kubeconfig calls it.</summary>
    public string ClusterEntry { get; }

    public IReadOnlyList<string> Warnings { get; }

    public ClusterConnection Connection { get; }

    public ClusterEndpoint Endpoint { get; }

    /// <summary>The program that its credentials come from; null: none.</summary>
    public string? Plugin { get; }

    /// <summary>The absolute paths of the files that its kubeconfig names: certificates, keys, a token.</summary>
    public IReadOnlyList<string> Files { get; private init; } = [];

    /// <summary>Another connection, of whom these headers of impersonation say.</summary>
    public ClusterConnection ConnectAs(IReadOnlyList<KeyValuePair<string, string>> impersonation) =>
        new(Endpoint with { ExtraHeaders = impersonation }, time);

    /// <summary>The name that its points are stored under when the user gives none.</summary>
    public ClusterName DefaultName => DefaultClusterName.For(ClusterEntry);

    /// <param name="entra">Tokens come from Entra ID, whatever the kubeconfig says.</param>
    /// <exception cref="KubeconfigException">No usable kubeconfig.</exception>
    /// <exception cref="UsageException">A variable that limits answers is no such number.</exception>
    public static OpenedCluster Open(string? kubeconfig, string? context, bool entra, TimeProvider time)
    {
        var tokens = new Lazy<TokenSource>(() => EntraToken(time));
        var loaded = Kubeconfig.Load(kubeconfig, Variables());
        var target = loaded.Resolve(context, time, plugin => entra || IsMissingKubelogin(plugin) ? tokens.Value : null);
        return new(target, entra ? target.Endpoint with { Token = tokens.Value, ClientCertificate = null } : target.Endpoint, time)
        {
            Files = loaded.FilesOf(context),
        };
    }

    /// <summary>
    /// What the context says, with no connection made. Null where there is no usable kubeconfig: for what only wants a hint.
    /// </summary>
    public static ClusterName? HintedName(string? kubeconfig, string? context, TimeProvider time)
    {
        try
        {
            return DefaultClusterName.For(Kubeconfig.Load(kubeconfig, Variables()).Resolve(context, time).ClusterEntry);
        }
        catch (KubeconfigException)
        {
            return null;
        }
    }

    /// <summary>Those that the kubeconfig has.</summary>
    /// <exception cref="KubeconfigException">No usable kubeconfig.</exception>
    public static IEnumerable<string> Contexts(string? kubeconfig) => Kubeconfig.Load(kubeconfig, Variables()).Contexts;

    /// <summary>The absolute path of the one file that kubeconfigs are read from.</summary>
    /// <exception cref="UsageException">They are read from several.</exception>
    public static string OnlyFile(string? kubeconfig)
    {
        if (kubeconfig is not null)
            return Path.GetFullPath(kubeconfig);
        var listed = Environment.GetEnvironmentVariable("KUBECONFIG")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return listed switch
        {
            null or [] => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"),
            [var only] => Path.GetFullPath(only),
            _ => throw new UsageException("KUBECONFIG names several files, and a registration has one: give --kubeconfig"),
        };
    }

    public void Dispose() => Connection.Dispose();

    /// <summary>AKS kubeconfigs name kubelogin; where it isn't installed, the same tokens come from Azure.Identity.</summary>
    private static bool IsMissingKubelogin(ExecSpec plugin) =>
        plugin.Command == "kubelogin"
        && !(Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, plugin.Command)));

    private static AnswerLimits Limits() =>
        AnswerLimits.OfMebibytes(
            Mebibytes(AnswerLimits.BodyVariable, AnswerLimits.LargestBody),
            Mebibytes(AnswerLimits.ObjectVariable, AnswerLimits.LargestObject)
        );

    private static int? Mebibytes(string variable, int most)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new UsageException($"{variable} is '{text}': use a number from 1 to {most}");
    }

    private static TokenSource EntraToken(TimeProvider time) => new EntraTokens(time).GetAsync;

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
