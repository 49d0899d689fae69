using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Restore.Planning;

namespace Holdfast.Cli.Verbs;

internal sealed class PlanVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();
    private readonly RestoreOptions options = new();
    private readonly Option<string?> file = new("--out") { HelpName = "FILE", Description = "Keep the plan in a file, for `restore --plan FILE`" };
    private readonly Option<bool> all = new("--all") { Description = "Also list the objects that stay as they are" };

    public PlanVerb()
        : base("plan", "Tell what a restore would do, object by object, and do nothing", "text", "json")
    {
        Add(point);
        foreach (var option in options.All)
            Add(option);
        Add(file);
        Add(all);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("holdfast plan latest -n shop --existing replace", "What it takes to make a namespace as it was"),
        new("holdfast plan latest -n shop --existing replace --out shop.plan.json && holdfast restore --plan shop.plan.json", "Look first, then do exactly that"),
        new("holdfast plan latest -o json | jq -r '.steps[] | select(.action != \"unchanged\") | [.action, .resource, .name] | @tsv'", "For a script"),
    ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        options.Policy(invocation);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var found = await PointChoice.FindAsync(invocation, vault, invocation.Get(point)!);
        var reader = await RecoveryPointReader.OpenAsync(vault.Store, ClusterName.Parse(found.Seal.Cluster), found.Id, invocation.Cancellation);
        var plan = await PlanAsync(invocation, reader, cluster, options.Request(invocation, found));
        if (invocation.Get(file) is { } path)
        {
            await PlanFile.WriteAsync(path, plan, invocation.Cancellation);
            invocation.Screen.Note($"the plan is in {path}; `holdfast restore --plan {path}` does it");
        }
        if (invocation.Json)
            invocation.Screen.Json(Document(plan), OutputJson.Plain.PlannedDocument);
        else
            PlanText.Print(plan, invocation.Screen.Ink, invocation.Screen.Line, invocation.Get(all));
        return ExitCode.Done;
    }

    public static async Task<RestorePlan> PlanAsync(Invocation invocation, RecoveryPointReader point, OpenedCluster target, RestoreRequest request)
    {
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<RestoreProgress>(p => new(p.Phase, p.Done, p.Total, "objects", ""));
        return await new RestorePlanner(point, target.Connection, invocation.Time).PlanAsync(request, RunFolder.NewRun(), progress, invocation.Cancellation);
    }

    private static PlannedDocument Document(RestorePlan plan) => new()
    {
        Run = plan.Run,
        Point = plan.Request.Point.ToString(),
        Cluster = plan.Request.Cluster,
        TargetUid = plan.TargetUid,
        Counts = Enum.GetValues<StepAction>().ToDictionary(Word, action => plan.Steps.Count(s => s.Action == action)),
        Steps = plan.Steps.Select(Step),
        Warnings = plan.Warnings,
    };

    private static StepDocument Step(RestoreStep step) => new()
    {
        Number = step.Number,
        Stage = step.Stage.ToString(),
        Action = Word(step.Action),
        Resource = step.Resource,
        Kind = step.Kind,
        Namespace = step.Namespace,
        Name = step.Name,
        Reason = step.Reason,
        Related = step.Related,
        Incomplete = step.Incomplete,
        Shortfall = step.Shortfall,
        Absent = step.Absent == true,
        Diff = step.Diff.Select(d => new DiffDocument(d.Path, d.Live, d.Desired, d.Stays)),
    };

    private static string Word(StepAction action) => action.ToString().ToLowerInvariant();
}
