using System.CommandLine;
using Holdfast.Archive.Points;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Documents;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Estimates;

namespace Holdfast.Cli.Verbs;

internal sealed class PlanVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();
    private readonly RestoreOptions options = new();
    private readonly TrustOptions trust = new();
    private readonly Option<string?> file = new("--out")
    {
        HelpName = "FILE",
        Description = "Save the plan to a file, for `restore --plan FILE`",
    };
    private readonly Option<bool> all = new("--all") { Description = "Also list the objects that stay as they are" };

    public PlanVerb()
        : base("plan", "Show what a restore would do, object by object, and change nothing", "text", "json")
    {
        Add(point);
        AddAll(options.All.Concat(trust.All));
        Add(file);
        Add(all);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast plan latest -n shop --existing replace", "What it takes to make a namespace as it was"),
            new(
                "holdfast plan latest -n shop --existing replace --out shop.plan.json && holdfast restore --plan shop.plan.json",
                "Look first, then do exactly that"
            ),
            new(
                "holdfast plan latest -o json | jq -r '.steps[] | select(.action != \"unchanged\") | [.action, .resource, .name] | @tsv'",
                "For a script"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        options.Check(invocation);
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var (found, reader) = await PointChoice.OpenAsync(invocation, vault, invocation.Get(point)!, believed);
        var plan = await PlanAsync(invocation, vault, reader, cluster, options.Request(invocation, found));
        if (invocation.Get(file) is { } path)
        {
            await PlanFile.WriteAsync(path, plan, invocation.Cancellation);
            invocation.Screen.Note($"the plan is in {path}; `holdfast restore --plan {path}` does it");
        }
        Show(invocation, plan, invocation.Get(all));
        return ExitCode.Done;
    }

    /// <param name="all">Also the steps that change nothing.</param>
    public static void Show(Invocation invocation, RestorePlan plan, bool all)
    {
        if (invocation.Json)
            invocation.Screen.Json(Document(plan), OutputJson.Plain.PlannedDocument);
        else
            PlanText.Print(plan, invocation.Screen.Ink, invocation.Screen.Line, all);
    }

    public static async Task<RestorePlan> PlanAsync(
        Invocation invocation,
        OpenedVault vault,
        RecoveryPointReader point,
        OpenedCluster target,
        RestoreRequest request
    )
    {
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<RestoreProgress>(p => new(p.Phase, p.Done, p.Total, "objects", ""));
        return await TargetPlanner
            .Of(point, target.Connection, invocation.Time, vault.Disks(invocation.Time))
            .PlanAsync(request, BegunKind.NewName(), progress, invocation.Cancellation);
    }

    internal static PlannedDocument Document(RestorePlan plan) =>
        new()
        {
            Run = plan.Name,
            Point = plan.Request.Point.ToString(),
            Cluster = plan.Request.Cluster.ToString(),
            TargetUid = plan.TargetUid.ToString(),
            Counts = Enum.GetValues<StepAction>().ToDictionary(StepDocument.WordOf, action => plan.Steps.Count(s => s.Action == action)),
            Steps = plan.Steps.Select(StepDocument.Of),
            Warnings = plan.Warnings,
            Isolation = plan.Isolation is { } isolation ? IsolationText.Document(isolation) : null,
            Estimate = PlanEstimates.Of(plan),
            DryRun = plan.DryRun is { } said ? Document(plan, said) : null,
        };

    private static DryRunDocument Document(RestorePlan plan, PlanDryRun said)
    {
        var steps = plan.Steps.ToDictionary(s => s.Number);
        return new()
        {
            Checked = said.Checked,
            Refused = said.Findings.Where(f => f.Refused is not null).Select(f => Failure(steps[f.Step], f.Refused!)),
            Altered = said
                .Findings.Where(f => f.Altered is not null)
                .Select(f => AlteredDocument.Of(steps[f.Step].Resource, steps[f.Step].Namespace, steps[f.Step].Name, f.Altered!)),
            NotChecked = said.NotChecked.Select(g => Failure(steps[g.Step], g.Reason)),
        };

        static StepFailure Failure(RestoreStep step, string reason) => new(step.Resource, step.Namespace, step.Name, reason);
    }
}
