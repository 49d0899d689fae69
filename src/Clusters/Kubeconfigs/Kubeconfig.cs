using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// Kubeconfig files as kubectl reads them: <c>--kubeconfig</c>, else the merged list of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>;
/// first definition of a name wins, relative paths are relative to the file that holds them. Source:
/// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
public sealed class Kubeconfig
{
    private readonly IReadOnlyList<KubeconfigFile> files;
    private readonly InClusterAccount? account;

    private Kubeconfig(IReadOnlyList<KubeconfigFile> files, InClusterAccount? account)
    {
        this.files = files;
        this.account = account;
    }

    public string? CurrentContext =>
        account is not null ? InClusterAccount.Name : files.Select(f => f.CurrentContext).FirstOrDefault(c => c is not null);

    public IReadOnlyList<string> Contexts =>
        account is not null ? [InClusterAccount.Name] : [.. files.SelectMany(f => f.Contexts.Keys).Distinct()];

    /// <summary>Reads and merges. Without any file, the in-cluster service account is used if there is one.</summary>
    /// <param name="path">Given by the user: must exist. Null: as the environment says.</param>
    /// <param name="environment">KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and _PORT count.</param>
    /// <exception cref="KubeconfigException">A file is unreadable or malformed: which, where, what to do.</exception>
    public static Kubeconfig Load(string? path, IReadOnlyDictionary<string, string> environment) =>
        Load(path, environment, InClusterAccount.Folder);

    internal static Kubeconfig Load(string? path, IReadOnlyDictionary<string, string> environment, string accountFolder)
    {
        var candidates = Candidates(path, environment);
        var problems = new List<string>();
        var found = candidates
            .Where(c => path is not null || File.Exists(c))
            .Select(c => KubeconfigFile.Read(c, problems))
            .OfType<KubeconfigFile>()
            .ToList();
        if (problems.Count > 0)
            throw new KubeconfigException([.. problems]);
        if (found.Count > 0)
            return new(found, account: null);
        return InClusterAccount.Find(environment, accountFolder) is { } mounted
            ? new([], mounted)
            : throw new KubeconfigException(
                $"There is no kubeconfig at {string.Join(" or ", candidates)}, and no service account of a pod. Name one "
                    + "with --kubeconfig or KUBECONFIG"
            );
    }

    /// <summary>
    /// Parses a kubeconfig that isn't a file. It must not name files or run programs: whoever can write the text must not be able to read
    /// this machine's files or run programs on it.
    /// </summary>
    /// <param name="text">A secret: no message quotes it.</param>
    /// <param name="origin">For messages: <c>the secret prod of https://acme.vault.azure.net</c>.</param>
    /// <exception cref="KubeconfigException">It is malformed; the message says where and what to do.</exception>
    public static Kubeconfig Parse(string text, string origin)
    {
        var problems = new List<string>();
        using var reader = new StringReader(text);
        var file = KubeconfigFile.Parse(origin, reader, problems);
        return file is null ? throw new KubeconfigException([.. problems]) : new([file], account: null);
    }

    /// <summary>
    /// The endpoint of a context's cluster and user. Token files and plugins are read when a request needs them, and again when they
    /// expire.
    /// </summary>
    /// <param name="context">Null: the current one.</param>
    /// <param name="time">Clock of the credentials' expiry.</param>
    /// <param name="substitute"> Called before an <c>exec</c> plugin is used: returns another source of the same tokens (for AKS,
    /// Azure.Identity instead of kubelogin), or null to run the plugin. </param>
    /// <exception cref="KubeconfigException">
    /// The context, its cluster or its user is missing or invalid; lists all problems.
    /// </exception>
    public KubeconfigTarget Resolve(string? context, TimeProvider time, Func<ExecSpec, TokenSource?>? substitute = null)
    {
        var name =
            context
            ?? CurrentContext
            ?? throw new KubeconfigException($"No context is chosen in {Where}. Choose one with --context: {Known(Contexts)}");
        if (account is not null)
            return name == InClusterAccount.Name ? account.Target(time) : throw NoContext(name);
        var entry = Find(name, f => f.Contexts) ?? throw NoContext(name);
        return new ContextReader(entry, time, substitute).Read(cluster => Find(cluster, f => f.Clusters), user => Find(user, f => f.Users));
    }

    /// <summary>
    /// The absolute paths of the files that a context names besides the kubeconfig itself, which <see cref="Resolve"/> or a request reads.
    /// </summary>
    /// <param name="context">Null: the current one.</param>
    public IReadOnlyList<string> FilesOf(string? context)
    {
        if ((context ?? CurrentContext) is not { } name || Find(name, f => f.Contexts) is not { } entry)
            return [];
        var cluster = entry.Text("cluster") is { } itsCluster ? Find(itsCluster, f => f.Clusters) : null;
        var user = entry.Text("user") is { } itsUser ? Find(itsUser, f => f.Users) : null;
        string?[] named =
        [
            PemField.FileOf(cluster, "certificate-authority"),
            PemField.FileOf(user, "client-certificate"),
            PemField.FileOf(user, "client-key"),
            user is { HasFolder: true } ? user.FilePath("tokenFile") : null,
        ];
        return [.. named.OfType<string>()];
    }

    private string Where => account is not null ? "the pod's service account" : string.Join(", ", files.Select(f => f.Path));

    private static string[] Candidates(string? path, IReadOnlyDictionary<string, string> environment)
    {
        if (path is not null)
            return [Path.GetFullPath(path)];
        if (environment.GetValueOrDefault("KUBECONFIG") is { Length: > 0 } list)
            return
            [
                .. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(Path.GetFullPath)
                    .Distinct(),
            ];
        var home = environment.GetValueOrDefault("HOME") ?? environment.GetValueOrDefault("USERPROFILE") ?? "";
        return [Path.GetFullPath(Path.Combine(home, ".kube", "config"))];
    }

    private Section? Find(string name, Func<KubeconfigFile, IReadOnlyDictionary<string, Section>> kind) =>
        files.Select(f => kind(f).GetValueOrDefault(name)).FirstOrDefault(s => s is not null);

    private KubeconfigException NoContext(string name) => new($"There is no context '{name}' in {Where}. Contexts: {Known(Contexts)}");

    private static string Known(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}

/// <param name="Warnings">For the user: TLS verification is off, an unknown field was ignored.</param>
/// <param name="ClusterEntry">The kubeconfig's name of the cluster: the default name to register it under.</param>
public sealed record KubeconfigTarget(
    string Context,
    string ClusterEntry,
    string? Namespace,
    ClusterEndpoint Endpoint,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>The user's plugin, if its credentials come from one.</summary>
    public ExecSpec? Exec { get; init; }
}
