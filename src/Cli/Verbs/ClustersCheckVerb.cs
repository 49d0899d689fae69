using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;
using Holdfast.Cli.Output;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersCheckVerb : Verb
{
    private readonly Option<bool> restore = new("--restore") { Description = "Check what a restore needs, too" };

    public ClustersCheckVerb()
        : base(
            "check",
            "Check that the cluster is reachable and list missing permissions. Exit code 3 when some are missing",
            "text",
            "json"
        ) => Add(restore);

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters check --context prod", "Before the first capture"),
            new("holdfast clusters check --restore -o json | jq '.lacking'", "May these credentials restore?"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        using var cluster = invocation.OpenCluster();
        var surface = await Discovery.ReadAsync(cluster.Connection, invocation.Cancellation);
        var check = await ClusterCheck.RunAsync(cluster.Connection, surface, invocation.Cancellation);
        var lacking = invocation.Get(restore) ? check.LackingForRestore : check.LackingForCapture;
        var document = Document(cluster, named?.ToString() ?? cluster.DefaultName.ToString(), check, surface, lacking);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.CheckDocument);
        else
            PrintText(invocation.Screen, document);
        return lacking.IsEmpty ? ExitCode.Done : ExitCode.Partial;
    }

    private static CheckDocument Document(
        OpenedCluster cluster,
        string name,
        ClusterCheck check,
        ApiSurface surface,
        ImmutableArray<LackingRight> lacking
    ) =>
        new()
        {
            Cluster = name,
            Context = cluster.Context,
            Server = cluster.Connection.Server.ToString(),
            ClusterUid = check.Identity?.Uid,
            ServerVersion = check.Identity?.ServerVersion,
            LatencyMs = Math.Round(check.Latency.TotalMilliseconds, 1),
            Types = check.Types,
            Lacking = lacking.Select(l => new LackingDocument(l.Verb, l.GroupResource)),
            DiscoveryFailures = surface.Failures.Select(f => new DiscoveryFailureDocument(f.GroupVersion, f.Message)),
        };

    private static void PrintText(Screen screen, CheckDocument document)
    {
        screen.Line(
            $"{screen.Ink.Green("reachable")}  {document.Server} (context "
                + $"{document.Context}){(document.ServerVersion is { } version ? $", {version}" : "")}, answers in {document.LatencyMs} ms"
        );
        screen.Line(
            $"  its points are kept as {screen.Ink.Bold(document.Cluster)}; its identity "
                + $"{(document.ClusterUid is { } uid ? $"is {uid}" : "can't be read: nothing can be captured")}"
        );
        screen.Line($"  {Readable.Count(document.Types, "type")} to capture");
        foreach (var failure in document.DiscoveryFailures)
            screen.Line($"  {screen.Ink.Yellow("not served:")} {failure.GroupVersion}: {failure.Message}");
        foreach (var verbs in document.Lacking.GroupBy(l => l.Resource))
            screen.Line($"  {screen.Ink.Red("not allowed:")} {string.Join(", ", verbs.Select(l => l.Verb))} {verbs.Key}");
        if (!document.Lacking.Any())
            screen.Line($"  {screen.Ink.Green("every permission is there")}");
    }
}
