using Holdfast.Archive.Format;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Restore.History;

namespace Holdfast.Cli.Verbs;

internal sealed class FindVerb : Verb
{
    private readonly HistoryRun run = new();

    public FindVerb()
        : base("find", "Find the recovery points that an object is in, and where it changed", "text", "json")
    {
        Add(run.Subject);
        AddAll(run.Options);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast find deployment/web -n shop", "Which points hold it, and at which of them it changed"),
            new("holdfast find secret/db --since 14d -o json | jq -r '.[].versions[-1].last'", "The last point that shows a Secret"),
        ];

    public override Task<ExitCode> RunAsync(Invocation invocation) => run.RunAsync(invocation, Print);

    private static void Print(Screen screen, ClusterName cluster, ObjectVersions found)
    {
        var table = new Table("CLUSTER", "OBJECT", "CHANGE", "FROM POINT", "TO POINT", ">POINTS", "TAKEN");
        foreach (var version in found.Versions)
            table.Add(
                cluster.ToString(),
                ChangeText.Object(version),
                ChangeText.Paint(screen.Ink, version.Change),
                version.First.ToString(),
                version.Last.ToString(),
                Readable.Count(version.Points),
                Readable.Time(version.FirstAt)
            );
        if (!found.Versions.IsEmpty)
            table.Print(screen);
    }
}
