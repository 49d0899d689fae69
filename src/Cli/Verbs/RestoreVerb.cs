using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

internal sealed class RestoreVerb : Verb
{
    private readonly Argument<string?> point = PointArgument.Optional("Or give --plan or --resume");
    private readonly RestoreOptions options = new();
    private readonly TrustOptions trust = new();
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Don't ask: plan and do it" };
    private readonly Option<string?> planFile = new("--plan")
    {
        HelpName = "FILE",
        Description = "Do what `plan --out FILE` planned, and nothing else",
    };
    private readonly Option<string?> resume = new("--resume")
    {
        HelpName = "RUN",
        Description = "Go on with a restore that was stopped or failed in part",
    };

    public RestoreVerb()
        : base("restore", "Bring a recovery point's objects back into a cluster", "text", "json")
    {
        Add(point);
        AddAll(options.All.Concat(trust.All));
        AddAll([yes, planFile, resume]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast restore latest -n shop", "A namespace that is gone; shows the plan and asks"),
            new("holdfast restore latest -n shop --existing replace --yes", "Make what is there equal to the point, without asking"),
            new("holdfast restore --plan shop.plan.json", "A plan that was looked at before"),
            new(
                "holdfast restore 20261122T0530 --cluster prod --context spare --into-other-cluster --yes",
                "A lost cluster, into a new one"
            ),
            new("holdfast restore --resume 0123456789ab", "Go on after Ctrl-C, a crash or a failure"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var (text, file, run) = (invocation.Get(point), invocation.Get(planFile), invocation.Get(resume));
        if (new[] { text, file, run }.Count(s => s is not null) != 1)
            throw new UsageException("what to restore? Give exactly one of POINT, --plan FILE and --resume RUN");
        if (text is null && options.Given(invocation).ToArray() is { Length: > 0 } given)
            throw new UsageException($"{string.Join(", ", given)} can't be given here: the stored plan decides what is done");
        return text is not null ? await PlanAndApplyAsync(invocation, text)
            : file is not null ? await ApplyFileAsync(invocation, file)
            : await ResumeAsync(invocation, run!);
    }

    private async Task<ExitCode> PlanAndApplyAsync(Invocation invocation, string text)
    {
        options.Policy(invocation);
        var dryRun = options.IsDryRun(invocation);
        if (!dryRun && !invocation.Get(yes) && !invocation.Screen.IsInteractive)
            throw new UsageException("a restore changes the cluster: say --yes, or look at `holdfast plan` first");
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var (found, reader) = await PointChoice.OpenAsync(invocation, vault, text, believed);
        var plan = await PlanVerb.PlanAsync(invocation, reader, cluster, options.Request(invocation, found));
        if (dryRun)
        {
            PlanVerb.Show(invocation, plan, all: false);
            return plan.DryRun!.Findings.IsEmpty ? ExitCode.Done : ExitCode.Partial;
        }
        if (!invocation.Get(yes) && !await ConfirmedAsync(invocation, plan))
            throw new FailedException("not confirmed: nothing was changed");
        var folder = await RunFolder.BeginAsync(plan, Origin(invocation, vault, believed), invocation.Cancellation);
        return await ApplyAsync(invocation, vault, cluster, believed, plan, folder);
    }

    private async Task<ExitCode> ApplyFileAsync(Invocation invocation, string file)
    {
        var believed = trust.Trust(invocation);
        var plan = PlanFile.Read(file);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var folder = await RunFolder.BeginAsync(plan, Origin(invocation, vault, believed), invocation.Cancellation);
        return await ApplyAsync(invocation, vault, cluster, believed, plan, folder);
    }

    private async Task<ExitCode> ResumeAsync(Invocation invocation, string run)
    {
        var folder = RunFolder.Open(run);
        var origin = folder.ReadOrigin();
        var plan =
            await folder.ReadPlanAsync(invocation.Cancellation)
            ?? throw new FailedException($"{folder.PlanPath} is gone: this run can't go on; plan anew");
        invocation.Resume(origin);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var believed = trust.All.Any(invocation.IsGiven) ? trust.Trust(invocation) : origin.Trust;
        return await ApplyAsync(invocation, vault, cluster, believed, plan, folder);
    }

    private static RunOrigin Origin(Invocation invocation, OpenedVault vault, SealTrust believed) =>
        new(
            vault.Text,
            invocation.KubeconfigPath is { } path ? Path.GetFullPath(path) : null,
            invocation.Context,
            invocation.Entra,
            believed.HasKeys ? [.. believed.PublicKeys] : null,
            believed.Unsigned == UnsignedSeals.Accepted
        );

    private static async Task<bool> ConfirmedAsync(Invocation invocation, RestorePlan plan)
    {
        PlanText.Print(plan, invocation.Screen.ErrorInk, invocation.Screen.ErrorLine, all: false);
        return !plan.Steps.Any(s => PlanText.IsChange(s.Action))
            || await invocation.Screen.ConfirmAsync("Do this?", invocation.Cancellation);
    }

    private static async Task<ExitCode> ApplyAsync(
        Invocation invocation,
        OpenedVault vault,
        OpenedCluster target,
        SealTrust believed,
        RestorePlan plan,
        RunFolder folder
    )
    {
        var goOn = $"{Program.CommandName} restore --resume {plan.Run}";
        invocation.WhenCancelled = $"the restore is not finished; what is done stays. Go on with `{goOn}`";
        invocation.GoOn = $"go on with `{goOn}`";
        foreach (var warning in plan.Warnings)
            invocation.Screen.Warn(warning);
        var report = await RunUnlessRefusedAsync(invocation, vault, target, believed, folder);
        if (invocation.Json)
            invocation.Screen.Json(Document(plan, report), OutputJson.Plain.RestoreDocument);
        else
            PrintText(invocation.Screen, plan, report, goOn);
        return report.Complete ? ExitCode.Done : ExitCode.Partial;
    }

    private static async Task<RestoreReport> RunUnlessRefusedAsync(
        Invocation invocation,
        OpenedVault vault,
        OpenedCluster target,
        SealTrust believed,
        RunFolder folder
    )
    {
        try
        {
            return await RunAsync(invocation, vault, target, believed, folder);
        }
        catch (Exception e) when (e is RestoreException or ArchiveException { Failure: ArchiveFailure.Untrusted })
        {
            // Nothing was written: the same plan may be tried again, with the right context. After every other failure the run can be
            // resumed.
            invocation.GoOn = null;
            folder.ForgetUnlessBegun();
            throw;
        }
    }

    private static async Task<RestoreReport> RunAsync(
        Invocation invocation,
        OpenedVault vault,
        OpenedCluster target,
        SealTrust believed,
        RunFolder folder
    )
    {
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<RestoreProgress>(p => new(p.Phase, p.Done, p.Total, "objects", Detail(p)));
        var run = new LocalRun(target.Connection, vault.Store, invocation.Time) { Trust = believed };
        return await run.RestoreAsync(target.DefaultName, folder, progress, invocation.Cancellation);
    }

    private static string Detail(RestoreProgress progress) =>
        string.Join(
            ", ",
            new[]
            {
                progress.Failed == 0 ? null : $"{progress.Failed} failed",
                progress.Waiting is null ? null : $"waiting for {progress.Waiting}",
            }.OfType<string>()
        );

    private static void PrintText(Screen screen, RestorePlan plan, RestoreReport report, string goOn)
    {
        var ink = screen.Ink;
        screen.Line(
            $"{(report.Complete ? ink.Green("restored") : ink.Yellow("restored in part"))}  {ink.Bold($"{plan.Request.Point}")}  run "
                + $"{report.Run}, {Readable.Duration(report.Duration)}"
        );
        screen.Line($"  {ReportText.Counts(report)}");
        foreach (var note in report.Notes)
            screen.Line($"  note: {note}");
        ReportText.PrintMissing(report, ink, screen.Line);
        if (!report.Failures.IsEmpty)
            screen.Line($"  fix the cause, then `{goOn}` tries the failed ones again");
    }

    private static RestoreDocument Document(RestorePlan plan, RestoreReport report) =>
        new()
        {
            Run = report.Run,
            Point = plan.Request.Point.ToString(),
            Complete = report.Complete,
            Counts = ReportText.AllCounts(report),
            Failures = report.Failures.Select(Entry),
            Incomplete = report.Incomplete.Select(Entry),
            Notes = report.Notes,
            Altered = report.Altered.Select(a => AlteredDocument.Of(a.Resource, a.Namespace, a.Name, a.Fields)),
            Seconds = Math.Round(report.Duration.TotalSeconds, 3),
        };

    private static FailureDocument Entry(StepFailure entry) => new(entry.Resource, entry.Namespace, entry.Name, entry.Reason);
}
