using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Restore.Recovery;

namespace Holdfast.Cli.Verbs;

internal sealed class RecoveryRunVerb : Verb
{
    private readonly Argument<string?> file = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The recovery, YAML or JSON, or its plan from `recovery plan --out`. Or give --resume",
    };
    private readonly TrustOptions trust = new();
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Don't ask: plan all of it and do it" };
    private readonly Option<bool> drill = RecoveryFile.DrillOption();
    private readonly Option<string?> resume = new("--resume")
    {
        HelpName = "RUN",
        Description = "Resume a recovery that stopped, failed or paused; resuming after a pause continues with the next group",
    };

    public RecoveryRunVerb()
        : base("run", "Do a recovery: its groups one after the other, as far as each is complete", "text", "json")
    {
        Add(file);
        AddAll(trust.All);
        AddAll([yes, drill, resume]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast recovery run recovery.yaml", "Plans everything, shows it, asks once, and does it"),
            new(
                "holdfast recovery run recovery.yaml --drill --yes",
                "Its drill: real restores beside what it is for, with the achieved RTO"
            ),
            new("holdfast recovery run recovery.plan.json --yes", "A plan that was looked at before"),
            new("holdfast recovery run --resume 0123456789ab", "After a pause, Ctrl-C, a crash or a failure"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var (path, run) = (invocation.Get(file), invocation.Get(resume));
        if (path is null == run is null)
            throw new UsageException("which recovery? Give exactly one of FILE and --resume RUN");
        if (path is null && invocation.Get(drill))
            throw new UsageException("--drill can't be given here: the stored plan decides what is done");
        return path is not null ? await BeginAsync(invocation, path) : await ResumeAsync(invocation, run!);
    }

    private async Task<ExitCode> BeginAsync(Invocation invocation, string path)
    {
        if (!invocation.Get(yes) && !invocation.Screen.IsInteractive)
            throw new UsageException("a recovery changes clusters: pass --yes, or review `holdfast recovery plan` first");
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        var plan = await RecoveryFile.PlanAsync(invocation, vault, path, believed, drill: invocation.Get(drill));
        if (!invocation.Get(yes) && !await ConfirmedAsync(invocation, plan))
            throw new FailedException("not confirmed: nothing was changed");
        var folder = await RecoveryFolder.BeginAsync(plan, RestoreVerb.Origin(invocation, vault, believed), invocation.Cancellation);
        return await new RecoveryRun(invocation, vault, believed, plan, folder).RunAsync();
    }

    private async Task<ExitCode> ResumeAsync(Invocation invocation, string run)
    {
        var folder = RecoveryFolder.Open(run);
        var origin = folder.ReadOrigin();
        invocation.Resume(origin);
        var believed = trust.All.Any(invocation.IsGiven) ? trust.Trust(invocation) : origin.Trust;
        return await new RecoveryRun(invocation, invocation.OpenVault(), believed, folder.ReadPlan(), folder).RunAsync();
    }

    private static async Task<bool> ConfirmedAsync(Invocation invocation, RecoveryPlan plan)
    {
        RecoveryText.Print(plan, invocation.Screen.ErrorInk, invocation.Screen.ErrorLine, all: false);
        return await invocation.Screen.ConfirmAsync(plan.Drill == true ? "Do this drill?" : "Do this recovery?", invocation.Cancellation);
    }
}
