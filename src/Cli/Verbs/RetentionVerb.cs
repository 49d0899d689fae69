using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

internal sealed class RetentionVerb()
    : ExpiringVerb(
        "retention",
        "Expire the points that no retention rule keeps; their bytes stay until `prune`",
        "Only print which points stay and which expire, and why"
    )
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast retention --dry-run", "Which points stay, and why, by the policies that made them"),
            new("holdfast retention --cluster prod --keep-daily 7 --keep-weekly 4 --dry-run", "The same for points made by hand"),
            new("holdfast retention --dry-run -o json | jq '.[].points[] | select(.expires) | .point'", "What would expire"),
        ];

    protected override (PruneRun.Step Done, PruneRun.Step Shown) Steps => (PruneRun.Step.Expire, PruneRun.Step.Show);
}
