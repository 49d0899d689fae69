using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Cli.Adopting;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersAddVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The name under which its points are stored" };
    private readonly ControlOption control = new();
    private readonly ClusterOptions options = new();
    private readonly Option<bool> print = new("--print") { Description = "Only print the manifests that grant the roles" };
    private readonly Option<bool> apply = new("--apply")
    {
        Description = "Apply these manifests, after a dry run by the server that shows what they change",
    };
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "With --apply: don't ask" };
    private readonly Option<bool> capture = new("--capture") { Description = "Make a first recovery point, with the service's own rights" };
    private readonly Option<bool> replace = new("--replace") { Description = "Change what is registered under the name" };
    private readonly Option<bool> newIncarnation = new("--new-incarnation")
    {
        Description = "The name now refers to a different cluster than its points",
    };
    private readonly Option<bool> noCheck = new("--no-check")
    {
        Description = "Don't connect: for a private API server that this machine can't reach",
    };

    public ClustersAddVerb()
        : base("add", "Register a cluster with a service: grant it roles, check them, make a first point", "text", "json")
    {
        Add(name);
        Add(control.Control);
        AddAll(options.All.Concat([print, apply, yes, capture, replace, newIncarnation, noCheck]));
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters add prod --context prod-admin --capture", "For `holdfast serve` on this machine, with a first point"),
            new(
                "holdfast clusters add prod --control https://ACCOUNT.blob.core.windows.net/control --sign-in entra "
                    + "--subject user:OBJECT-ID --apply --label env=prod",
                "AKS with Entra ID: the roles are bound to the service's identity"
            ),
            new("holdfast clusters add prod --print --for capture,volumes,restore | kubectl apply -f -", "Someone else grants the roles"),
            new(
                "holdfast clusters add prod --sign-in https://NAME.vault.azure.net/secrets/prod-token --no-check",
                "A token in a Key Vault; the API server can't be reached from here"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var (cluster, purposes, subject) = (NameOf(invocation), options.Purposes(invocation), options.Subject(invocation));
        if (invocation.Get(print))
            return PrintManifests(invocation, RoleManifests.ToYaml(RoleManifests.Of(purposes, subject ?? RoleSubject.Default)));
        if (invocation.Get(noCheck) && (invocation.Get(apply) || invocation.Get(capture)))
            throw new UsageException("--no-check connects to nothing: leave out --apply and --capture");
        var service = control.Open(invocation);
        using var opened = invocation.OpenCluster();
        var draft = options.Draft(invocation, cluster.ToString(), opened, !service.IsContainer);
        var registration = draft.ToRegistration(opened.Endpoint);
        if (invocation.Get(apply) && subject is null && registration.Authentication.Kubeconfig is not null)
            throw new UsageException(
                "whom are the roles for? Give --subject, or leave --apply out: the service signs in as the context's own user, who has "
                    + "what the cluster gave them"
            );
        var edit = new ControlEdit<ClusterRegistration>(EditedKinds.Clusters, service.Store, invocation);
        var before = await edit.FindAsync(cluster.ToString());
        if (!invocation.Get(replace) && edit.Compare(registration, before) == EditResult.Replaced)
            throw new UsageException(
                $"another registration is under '{cluster}': `holdfast clusters show {cluster}` shows it, --replace changes it"
            );
        var adoption = new Adoption(invocation, opened, registration, service)
        {
            Purposes = purposes,
            Subject = subject ?? (registration.Authentication.Kubeconfig is null ? RoleSubject.Default : null),
            NewIncarnation = invocation.Get(newIncarnation),
        };
        if (!invocation.Get(noCheck))
            await adoption.ConnectAsync();
        if (invocation.Get(apply))
            await adoption.ApplyAsync(invocation.Get(yes));
        if (!invocation.Get(noCheck))
            await adoption.CheckAsync();
        adoption.Edit = await edit.PutAsync(registration, before);
        if (invocation.Get(capture))
            await adoption.CaptureAsync();
        return adoption.Print();
    }

    private ClusterName NameOf(Invocation invocation)
    {
        if (invocation.ClusterNamed is not null)
            throw new UsageException("the cluster's name is the argument: leave out --cluster");
        return ClusterName.TryParse(invocation.Get(name), out var cluster)
            ? cluster
            : throw new UsageException(
                $"'{invocation.Get(name)}' can't name a cluster: use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
            );
    }

    private static ExitCode PrintManifests(Invocation invocation, string yaml)
    {
        if (invocation.Json)
            throw new UsageException("--print prints YAML: leave out -o");
        Screen.Lines(yaml.TrimEnd('\n'), text => invocation.Screen.Line(text));
        return ExitCode.Done;
    }
}
