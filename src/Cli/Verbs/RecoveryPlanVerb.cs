using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Restore.Recovery;

namespace Holdfast.Cli.Verbs;

internal sealed class RecoveryPlanVerb : Verb
{
    private readonly Argument<string> file = new("FILE") { Description = "The recovery, YAML or JSON" };
    private readonly TrustOptions trust = new();
    private readonly Option<string?> to = new("--out")
    {
        HelpName = "FILE",
        Description = "Save the plan to a file, for `recovery run FILE`",
    };
    private readonly Option<string?> dryRun = new("--dry-run")
    {
        HelpName = "server",
        CompletionSources = { "server" },
        Description = "Rehearse: send each write to its target as a dry run, and report what would be refused or not kept",
    };
    private readonly Option<bool> drill = RecoveryFile.DrillOption();
    private readonly Option<bool> all = new("--all") { Description = "Also list the objects that stay as they are" };

    public RecoveryPlanVerb()
        : base("plan", "Show what a recovery would do, group by group, and change nothing", "text", "json")
    {
        Add(file);
        AddAll(trust.All);
        AddAll([to, dryRun, drill, all]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast recovery plan recovery.yaml --dry-run=server", "Rehearse a failover: nothing is changed"),
            new("holdfast recovery plan recovery.yaml --drill", "What its drill would do"),
            new("holdfast recovery plan recovery.yaml --out recovery.plan.json", "For `recovery run recovery.plan.json`"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var rehearses = invocation.Get(dryRun) switch
        {
            null => false,
            "server" => true,
            var other => throw new UsageException($"--dry-run '{other}' is not known: use server"),
        };
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        var plan = await RecoveryFile.PlanAsync(invocation, vault, invocation.Get(file)!, believed, rehearses, invocation.Get(drill));
        if (invocation.Get(to) is { } path)
        {
            await RecoveryFile.WriteAsync(path, plan, invocation.Cancellation);
            invocation.Screen.Note($"the plan is in {path}; `holdfast recovery run {path}` does it");
        }
        if (invocation.Json)
            invocation.Screen.Json(Document(plan), OutputJson.Plain.PlannedRecoveryDocument);
        else
            RecoveryText.Print(plan, invocation.Screen.Ink, invocation.Screen.Line, invocation.Get(all));
        return plan.Restores.Any(r => r.Whole.DryRun is { Findings.IsEmpty: false }) ? ExitCode.Partial : ExitCode.Done;
    }

    private static PlannedRecoveryDocument Document(RecoveryPlan plan) =>
        new()
        {
            Run = plan.Name,
            Digest = plan.Digest!.Value.ToString(),
            Drill = plan.Drill == true,
            Groups = plan.Groups.Select(g => new PlannedGroupDocument
            {
                Name = g.Name,
                Restores = g.Restores.Select(r => new PlannedRestoreDocument(r.Name, r.Target.Context, PlanVerb.Document(r.Whole))),
                Checks = (g.Checks ?? []).Select(c => c.ToString()),
                Pause = g.Pause,
                ContinueOnPartial = g.ContinueOnPartial == true,
            }),
        };
}
