using Holdfast.Archive.Format;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Restore.History;

namespace Holdfast.Cli.Verbs;

internal sealed class HistoryVerb : Verb
{
    private readonly HistoryRun run = new();

    public HistoryVerb()
        : base("history", "Show an object's versions over the recovery points, and what changed from each to the next", "text", "json")
    {
        Add(run.Subject);
        AddAll(run.Options);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast history deployment/web -n shop --since 7d", "What changed in it during the last week"),
            new(
                "holdfast history configmap/settings -o json | jq '.[].versions[] | {first, diff}'",
                "Each version's first point, and its changes"
            ),
        ];

    public override Task<ExitCode> RunAsync(Invocation invocation) => run.RunAsync(invocation, Print);

    private static void Print(Screen screen, ClusterName cluster, ObjectVersions found)
    {
        foreach (var of in found.Versions.GroupBy(v => (v.Resource, v.Namespace, v.Name)))
        {
            screen.Line($"{screen.Ink.Bold(ChangeText.Object(of.First()))}  {cluster}");
            foreach (var version in of)
            {
                screen.Line(
                    $"  {version.First}  {Readable.Time(version.FirstAt)}  {ChangeText.Paint(screen.Ink, version.Change)}"
                        + $"  ({Readable.Count(version.Points, "point")})"
                );
                foreach (var field in version.Diff)
                    FieldText.Print(field, screen.Ink, text => screen.Line(text));
            }
        }
    }
}
