using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

internal sealed class PruneVerb()
    : ExpiringVerb(
        "prune",
        "Expire points, and delete what expired at least 7 days ago: exit code 3 when something stays that should go",
        "Only print what would expire and what would be deleted"
    )
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast prune --dry-run", "What would expire and be deleted, with numbers"),
            new("holdfast prune --cluster prod --keep-within 36h --keep-daily 7", "One cluster's points made by hand"),
            new("holdfast prune --control ~/.local/state/holdfast/app/control", "By a service's policies as they are now"),
        ];

    protected override (PruneRun.Step Done, PruneRun.Step Shown) Steps => (PruneRun.Step.Purge, PruneRun.Step.ShowPurge);
}
