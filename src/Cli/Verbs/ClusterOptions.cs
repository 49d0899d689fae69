using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli.Adopting;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>What a cluster's registration says, and which roles its identity gets.</summary>
internal sealed class ClusterOptions
{
    private const string Token = "token";

    private readonly Option<string?> signIn = new("--sign-in")
    {
        HelpName = "HOW",
        Description =
            $"How the service signs in to the cluster: {Forms()}. Default: kubeconfig where the control container is a folder; entra where "
            + "the context does",
    };
    private readonly Option<string?> secretHolds = new("--secret-holds")
    {
        HelpName = "WHAT",
        CompletionSources = { "token", "kubeconfig" },
        Description = "What the secret of --sign-in is: token or kubeconfig. Default: token",
    };
    private readonly Option<string?> clientId = new("--client-id")
    {
        HelpName = "GUID",
        Description = "With --sign-in entra: the client id of a user-assigned identity of the service",
    };
    private readonly Option<string?> aksId = new("--aks-id")
    {
        HelpName = "ID",
        Description = "The AKS cluster that it is, as `az aks show --query id` prints it: its infrastructure is captured, too",
    };
    private readonly Option<string[]> labels = new("--label")
    {
        HelpName = "KEY=VALUE",
        Description = "A label by which policies select clusters; may be repeated",
    };
    private readonly Option<string[]> purposes = new("--for")
    {
        HelpName = "WHAT",
        CompletionSources = { "capture", "volumes", "hooks", "files", "restore" },
        Description = $"What the service may do in the cluster: {RolePurposes.Names}. Default: capture, volumes",
    };
    private readonly Option<string?> subject = new("--subject")
    {
        HelpName = "SUBJECT",
        Description =
            $"Whom the cluster knows the service as: {RoleSubject.Forms}. With Entra ID an object id. Default: "
            + $"{RoleSubject.Default}, or with --sign-in kubeconfig the context's own user",
    };

    public IEnumerable<Option> All => [signIn, secretHolds, clientId, aksId, labels, purposes, subject];

    public ImmutableArray<RolePurpose> Purposes(Invocation invocation) => RolePurposes.Parse(invocation.List(purposes));

    /// <returns>Null: none was given.</returns>
    /// <exception cref="UsageException">It isn't one.</exception>
    public RoleSubject? Subject(Invocation invocation) =>
        invocation.Get(subject) is not { } text ? null
        : RoleSubject.TryParse(text, out var parsed) ? parsed
        : throw new UsageException($"--subject '{text}' is not known: use {RoleSubject.Forms}");

    /// <exception cref="UsageException">Options contradict one another.</exception>
    public RegistrationDraft Draft(Invocation invocation, string name, OpenedCluster cluster, bool isFolder) =>
        new(name, SignInOf(invocation, cluster, isFolder)) { Labels = invocation.List(labels), AksId = invocation.Get(aksId) };

    private SignIn SignInOf(Invocation invocation, OpenedCluster cluster, bool isFolder)
    {
        var how = invocation.Get(signIn) ?? Default(invocation, cluster, isFolder);
        if (invocation.Get(clientId) is not null && how != "entra")
            throw new UsageException("--client-id goes with --sign-in entra");
        if (invocation.Get(secretHolds) is not null && !IsUrl(how))
            throw new UsageException("--secret-holds goes with a secret's URL in --sign-in");
        return how switch
        {
            "entra" => SignIn.Entra(invocation.Get(clientId)),
            "aks" when invocation.Get(aksId) is null => throw new UsageException("--sign-in aks needs --aks-id: which cluster is asked"),
            "aks" => SignIn.Aks,
            "kubeconfig" => SignIn.Kubeconfig(OpenedCluster.OnlyFile(invocation.KubeconfigPath), cluster.Context),
            _ when IsUrl(how) => SignIn.Secret(how, invocation.Get(secretHolds) ?? Token),
            _ when how.Contains('/', StringComparison.Ordinal) => SignIn.TokenFile(Path.GetFullPath(how)),
            _ => throw new UsageException($"--sign-in '{how}' is not known: use {Forms()}"),
        };
    }

    private static string Default(Invocation invocation, OpenedCluster cluster, bool isFolder) =>
        invocation.Entra || cluster.Plugin == "kubelogin" ? "entra"
        : isFolder ? "kubeconfig"
        : throw new UsageException(
            $"how does the service sign in to the cluster? Give --sign-in: {Forms()}. The context's own credentials stay on this machine"
        );

    private static bool IsUrl(string text) => text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static string Forms() => SignIn.Forms;
}
