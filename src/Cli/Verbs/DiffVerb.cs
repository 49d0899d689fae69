using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Restore.Comparing;

namespace Holdfast.Cli.Verbs;

internal sealed class DiffVerb : Verb
{
    private const string Live = "live";

    private readonly Argument<string> point = PointArgument.Required();
    private readonly Argument<string?> later = new("LATER")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Another point. Default: the cluster as it is now",
    };
    private readonly SelectionOptions options = new();
    private readonly TrustOptions trust = new();

    public DiffVerb()
        : base("diff", "Show what changed from a point to another one, or to the cluster as it is now", "text", "json")
    {
        Add(point);
        Add(later);
        AddAll(options.All.Concat(trust.All));
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast diff latest -n shop", "What has changed in a namespace since the last point"),
            new("holdfast diff 20261121 20261122", "Between two points"),
            new("holdfast diff latest -o json | jq -r '.changes[] | [.change, .resource, .namespace, .name] | @tsv'", "For a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        var (_, before) = await PointChoice.OpenAsync(invocation, vault, invocation.Get(point)!, believed);
        if (invocation.Get(later) is { } text)
        {
            var (_, after) = await PointChoice.OpenAsync(invocation, vault, text, believed);
            return await PrintAsync(
                invocation,
                PointDiff.Between(before, after, options.Selection(invocation)),
                before,
                after.Seal.Point.ToString()
            );
        }
        else
        {
            using var cluster = invocation.OpenCluster();
            return await PrintAsync(
                invocation,
                PointDiff.WithLive(before, cluster.Connection, options.Selection(invocation)),
                before,
                Live
            );
        }
    }

    private static async Task<ExitCode> PrintAsync(Invocation invocation, PointDiff diff, RecoveryPointReader before, string after)
    {
        var changes = new List<ObjectChange>();
        await foreach (var change in diff.ChangesAsync(invocation.Cancellation))
            changes.Add(change);
        if (invocation.Json)
            invocation.Screen.Json(Document(changes, diff, before.Seal.Point.ToString(), after), OutputJson.Plain.ComparisonDocument);
        else
            PrintText(invocation.Screen, changes, diff);
        return diff.IsComplete ? ExitCode.Done : ExitCode.Partial;
    }

    private static void PrintText(Screen screen, List<ObjectChange> changes, PointDiff diff)
    {
        foreach (var change in changes)
            ChangeText.Print(change, screen.Ink, text => screen.Line(text));
        foreach (var note in diff.Notes)
            screen.Note($"note: {note}");
        screen.Line(
            changes.Count == 0 && !diff.IsComplete
                ? screen.Ink.Yellow("equal in what could be compared")
                : ChangeText.Summary(changes, screen.Ink)
        );
    }

    private static ComparisonDocument Document(List<ObjectChange> changes, PointDiff diff, string before, string after) =>
        new()
        {
            Before = before,
            After = after,
            Equal = changes.Count == 0 && diff.IsComplete,
            Counts = Enum.GetValues<ObjectChangeKind>().ToDictionary(ChangeDocument.WordOf, kind => changes.Count(c => c.Kind == kind)),
            Changes = changes.Select(ChangeDocument.Of),
            Notes = diff.Notes,
        };
}
