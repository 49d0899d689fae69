using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;
using Holdfast.Cli.Output;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersCheckVerb : Verb
{
    /// <summary>A point without any of these would have a gap.</summary>
    private static readonly string[] CaptureVerbs = ["list"];
    private static readonly string[] RestoreVerbs = ["list", "get", "create", "update", "patch", "delete"];

    private readonly Option<bool> restore = new("--restore") { Description = "Check what a restore needs, too" };

    public ClustersCheckVerb()
        : base("check", "Is the cluster reachable, and which permissions lack? Exit code 3 when some do", "text", "json") => Add(restore);

    public override IReadOnlyList<Example> Examples =>
    [
        new("holdfast clusters check --context prod", "Before the first capture"),
        new("holdfast clusters check --restore -o json | jq '.lacking'", "May these credentials restore?"),
    ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        using var cluster = invocation.OpenCluster();
        var identity = await ClusterIdentity.ReadAsync(cluster.Connection, invocation.Cancellation);
        var surface = await Discovery.ReadAsync(cluster.Connection, invocation.Cancellation);
        var types = surface.Resources.Where(r => r.Can("list") && r.Can("get") && r.Can("create")).DistinctBy(r => r.GroupResource).ToArray();
        var lacking = await new PermissionReview(cluster.Connection).LackingAsync(types, invocation.Get(restore) ? RestoreVerbs : CaptureVerbs, invocation.Cancellation);
        var document = Document(cluster, named?.ToString() ?? cluster.DefaultName.ToString(), identity, surface, types.Length, lacking);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.CheckDocument);
        else
            PrintText(invocation.Screen, document);
        return lacking.IsEmpty ? ExitCode.Done : ExitCode.Partial;
    }

    private static CheckDocument Document(
        OpenedCluster cluster, string name, ClusterIdentity identity, ApiSurface surface, int types, ImmutableArray<LackingRight> lacking) => new()
    {
        Cluster = name,
        Context = cluster.Context,
        Server = cluster.Connection.Server.ToString(),
        ClusterUid = identity.Uid,
        ServerVersion = identity.ServerVersion,
        Types = types,
        Lacking = lacking.Select(l => new LackingDocument(l.Verb, l.GroupResource)),
        DiscoveryFailures = surface.Failures.Select(f => new DiscoveryFailureDocument(f.GroupVersion, f.Message)),
    };

    private static void PrintText(Screen screen, CheckDocument document)
    {
        screen.Line($"{screen.Ink.Green("reachable")}  {document.Server} (context {document.Context}), {document.ServerVersion}");
        screen.Line($"  its points are kept as {screen.Ink.Bold(document.Cluster)}; its identity is {document.ClusterUid}");
        screen.Line($"  {Readable.Count(document.Types, "type")} to capture");
        foreach (var failure in document.DiscoveryFailures)
            screen.Line($"  {screen.Ink.Yellow("not served:")} {failure.GroupVersion}: {failure.Message}");
        foreach (var verbs in document.Lacking.GroupBy(l => l.Resource))
            screen.Line($"  {screen.Ink.Red("not allowed:")} {string.Join(", ", verbs.Select(l => l.Verb))} {verbs.Key}");
        if (!document.Lacking.Any())
            screen.Line($"  {screen.Ink.Green("every permission is there")}");
    }
}
