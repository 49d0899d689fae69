using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

internal sealed class RetentionVerb : Verb
{
    private readonly KeepOptions keep = new();
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only print which points stay and which expire, and why" };

    public RetentionVerb()
        : base("retention", "Expire the points that no retention rule keeps; their bytes stay until `prune`", "text", "json")
    {
        AddAll([.. keep.All, dryRun]);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast retention --dry-run", "Which points stay, and why, by the policies that made them"),
            new("holdfast retention --cluster prod --keep-daily 7 --keep-weekly 4 --dry-run", "The same for points made by hand"),
            new("holdfast retention --dry-run -o json | jq '.[].points[] | select(.expires) | .point'", "What would expire"),
        ];

    public override Task<ExitCode> RunAsync(Invocation invocation) =>
        PruneRun.RunAsync(invocation, keep, invocation.Get(dryRun) ? PruneRun.Step.Show : PruneRun.Step.Expire);
}
