using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersListVerb : Verb
{
    private readonly ControlOption control = new();

    public ClustersListVerb()
        : base("list", "List the clusters that are registered with a service", "text", "json") => Add(control.Control);

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters list", "Those of `holdfast serve`"),
            new("holdfast clusters list -o json | jq -r '.[] | select(.policies == []) | .cluster'", "Those that no policy covers"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var documents = new ControlDocuments(control.Open(invocation).Store);
        var clusters = await documents.AllClustersAsync(invocation.Cancellation);
        var policies = await documents.AllPoliciesAsync(invocation.Cancellation);
        var entries = clusters.Select(kept => Entry(kept, policies.Select(p => p.Document).OfType<ProtectionPolicy>())).ToArray();
        if (invocation.Json)
            invocation.Screen.Json(entries, OutputJson.Plain.ClusterEntryDocumentArray);
        else if (entries.Length == 0)
            invocation.Screen.Note("no cluster is registered; `holdfast clusters add` registers one");
        else
            PrintTable(invocation.Screen, entries);
        return entries.Any(entry => entry.Problems.Any()) ? ExitCode.Partial : ExitCode.Done;
    }

    /// <summary>The policies that cover a cluster.</summary>
    public static IEnumerable<string> Covering(ClusterRegistration cluster, IEnumerable<ProtectionPolicy> policies) =>
        policies.Where(policy => policy.Clusters.Matcher()(cluster)).Select(policy => policy.Name.ToString());

    private static ClusterEntryDocument Entry(KeptDocument<ClusterRegistration> kept, IEnumerable<ProtectionPolicy> policies) =>
        new()
        {
            Cluster = kept.Name,
            Server = kept.Document?.Endpoint?.ToString(),
            SignIn = kept.Document is { } read ? ClusterEntryDocument.SignInOf(read) : null,
            Labels = kept.Document is { } labelled ? labelled.Labels : new Dictionary<string, string>(),
            Policies = kept.Document is { } covered ? Covering(covered, policies) : [],
            Problems = kept.Problems.Select(p => p.ToString()),
        };

    private static void PrintTable(Screen screen, ClusterEntryDocument[] entries)
    {
        var table = new Table("CLUSTER", "SIGN-IN", "SERVER", "LABELS", "POLICIES");
        foreach (var entry in entries)
        {
            table.Add(
                entry.Cluster,
                entry.SignIn ?? screen.Ink.Red("unusable"),
                entry.Server ?? "",
                string.Join(',', entry.Labels.Select(l => $"{l.Key}={l.Value}")),
                entry.SignIn is null ? ""
                    : string.Join(',', entry.Policies) is { Length: > 0 } names ? names
                    : screen.Ink.Yellow("none")
            );
        }
        table.Print(screen);
        foreach (var problem in entries.SelectMany(e => e.Problems.Select(p => $"{e.Cluster}: {p}")))
            screen.Warn(problem);
    }
}
