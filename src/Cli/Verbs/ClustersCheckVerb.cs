using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli.Adopting;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Clusters.Access;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersCheckVerb : Verb
{
    private readonly Option<bool> restore = new("--restore") { Description = "Check what a restore needs, too" };
    private readonly Option<bool> hooks = new("--hooks") { Description = "Check what the hooks of policies need, too" };
    private readonly Option<string?> files = new("--files")
    {
        Description = "Check what Jobs in this namespace need that export files, too",
        HelpName = "NAMESPACE",
    };
    private readonly Option<bool> objectsOnly = new("--objects-only") { Description = "Leave out what protecting volumes needs" };

    public ClustersCheckVerb()
        : base(
            "check",
            "Check that the cluster is reachable and list missing permissions. Exit code 3 when some are missing",
            "text",
            "json"
        )
    {
        Add(restore);
        Add(hooks);
        Add(files);
        Add(objectsOnly);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters check --context prod", "Before the first capture"),
            new("holdfast clusters check --restore -o json | jq '.lacking'", "May these credentials restore?"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var asked = new AskedRights(
            invocation.Get(restore),
            Volumes: !invocation.Get(objectsOnly),
            invocation.Get(hooks),
            invocation.Get(files)
        );
        using var cluster = invocation.OpenCluster();
        var found = await asked.AskAsync(cluster.Connection, invocation.Cancellation);
        var document = Document(cluster, named?.ToString() ?? cluster.DefaultName.ToString(), found);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.CheckDocument);
        else
            PrintText(invocation.Screen, document, found.OnlyForDeleting);
        return found.Missing.IsEmpty ? ExitCode.Done : ExitCode.Partial;
    }

    private static CheckDocument Document(OpenedCluster cluster, string name, FoundRights found) =>
        new()
        {
            Cluster = name,
            Context = cluster.Context,
            Server = cluster.Connection.Server.ToString(),
            ClusterUid = found.Check.Identity?.Uid,
            ServerVersion = found.Check.Identity?.ServerVersion,
            LatencyMs = Math.Round(found.Check.Latency.TotalMilliseconds, 1),
            Types = found.Check.Types,
            Missing = found.Missing.Select(l => new PermissionDocument(l.Verb, l.GroupResource)),
            DiscoveryFailures = found.Surface.Failures.Select(f => new DiscoveryFailureDocument(f.GroupVersion, f.Message)),
        };

    private static void PrintText(Screen screen, CheckDocument document, ImmutableArray<MissingRight> onlyForDeleting)
    {
        screen.Line(
            $"{screen.Ink.Green("reachable")}  {document.Server} (context "
                + $"{document.Context}){(document.ServerVersion is { } version ? $", {version}" : "")}, answers in {document.LatencyMs} ms"
        );
        screen.Line(
            $"  its points are stored under {screen.Ink.Bold(document.Cluster)}; its identity "
                + $"{(document.ClusterUid is { } uid ? $"is {uid}" : "can't be read: nothing can be captured")}"
        );
        screen.Line($"  {Readable.Count(document.Types, "type")} to capture");
        foreach (var failure in document.DiscoveryFailures)
            screen.Line($"  {screen.Ink.Yellow("not served:")} {failure.GroupVersion}: {failure.Message}");
        var always = document.Missing.Where(l => !onlyForDeleting.Contains(new(l.Action, l.Resource)));
        foreach (var verbs in always.GroupBy(l => l.Resource))
            screen.Line($"  {screen.Ink.Red("not allowed:")} {string.Join(", ", verbs.Select(l => l.Action))} {verbs.Key}");
        if (!onlyForDeleting.IsEmpty)
            screen.Line(
                $"  {screen.Ink.Red("not allowed:")} delete {string.Join(", ", onlyForDeleting.Select(l => l.GroupResource))}: only "
                    + "--existing rollback and recreate need it"
            );
        if (!document.Missing.Any())
            screen.Line($"  {screen.Ink.Green("every permission is there")}");
    }
}
