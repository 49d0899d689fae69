using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

internal sealed class PruneVerb : Verb
{
    private readonly KeepOptions keep = new();
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only print what would expire and what would be deleted" };

    public PruneVerb()
        : base(
            "prune",
            "Expire points, and delete what expired at least 7 days ago: exit code 3 when something stays that should go",
            "text",
            "json"
        )
    {
        AddAll([.. keep.All, dryRun]);
    }

    public override string Refused => "vault";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast prune --dry-run", "What would expire and be deleted, with numbers"),
            new("holdfast prune --cluster prod --keep-within 36h --keep-daily 7", "One cluster's points made by hand"),
            new("holdfast prune --control ~/.local/state/holdfast/app/control", "By a service's policies as they are now"),
        ];

    public override Task<ExitCode> RunAsync(Invocation invocation) =>
        PruneRun.RunAsync(invocation, keep, invocation.Get(dryRun) ? PruneRun.Step.ShowPurge : PruneRun.Step.Purge);
}
