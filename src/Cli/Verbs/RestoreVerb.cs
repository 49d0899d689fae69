using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
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
        Description = "Resume a restore that was stopped or partially failed",
    };

    private static readonly Option<string?> SigningKey = new("--signing-key")
    {
        HelpName = "FILE",
        Description =
            $"Sign the safety point of a rollback or a restore that recreates, as `capture` does. Default: the key that "
            + $"{SignatureKeys.Variable} holds, if any",
    };

    private readonly NewClusterOptions newCluster = new();

    public RestoreVerb()
        : base("restore", "Bring a recovery point's objects back into a cluster", "text", "json")
    {
        Add(point);
        AddAll(options.All.Concat(trust.All));
        AddAll([yes, planFile, resume, SigningKey]);
        AddAll(newCluster.All);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast restore latest -n shop", "A namespace that is gone; shows the plan and asks"),
            new("holdfast restore latest -n shop --existing replace --yes", "Make what is there equal to the point, without asking"),
            new(
                "holdfast restore latest -n shop --yes --wait-limit 20m",
                "And until it is available again: the report has the achieved RTO"
            ),
            new("holdfast restore --plan shop.plan.json", "A plan that was looked at before"),
            new(
                "holdfast restore 20261122T0530 --cluster prod --context spare --into-other-cluster --yes",
                "A lost cluster, into a new one"
            ),
            new(
                "holdfast restore latest --cluster prod --new-cluster prod-dr --region northeurope --resource-group dr --yes",
                "A lost region: make an AKS cluster like the point's, and restore into it"
            ),
            new("holdfast restore --resume 0123456789ab", "Resume after Ctrl-C, a crash or a failure"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var (text, file, run) = (invocation.Get(point), invocation.Get(planFile), invocation.Get(resume));
        if (new[] { text, file, run }.Count(s => s is not null) != 1)
            throw new UsageException("what to restore? Give exactly one of POINT, --plan FILE and --resume RUN");
        if (text is null && options.Given(invocation).ToArray() is { Length: > 0 } given)
            throw new UsageException($"{string.Join(", ", given)} can't be given here: the stored plan decides what is done");
        newCluster.Check(invocation, text is not null, options);
        if (newCluster.IsAsked(invocation))
            return await IntoNewClusterAsync(invocation, text!);
        return text is not null ? await PlanAndApplyAsync(invocation, text)
            : file is not null ? await ApplyFileAsync(invocation, file)
            : await ResumeAsync(invocation, run!);
    }

    private async Task<ExitCode> PlanAndApplyAsync(Invocation invocation, string text)
    {
        options.Check(invocation);
        var dryRun = options.IsDryRun(invocation);
        if (!dryRun && !invocation.Get(yes) && !invocation.Screen.IsInteractive)
            throw new UsageException("a restore changes the cluster: pass --yes, or review `holdfast plan` first");
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var (found, reader) = await PointChoice.OpenAsync(invocation, vault, text, believed);
        var plan = await PlanVerb.PlanAsync(invocation, vault, reader, cluster, options.Request(invocation, found));
        if (dryRun)
        {
            PlanVerb.Show(invocation, plan, all: false);
            return plan.DryRun!.Findings.IsEmpty ? ExitCode.Done : ExitCode.Partial;
        }
        if (!invocation.Get(yes) && !await ConfirmedAsync(invocation, plan))
            throw new FailedException("not confirmed: nothing was changed");
        var folder = await RunFolder.BeginAsync(plan, Origin(invocation, vault, believed), invocation.Cancellation);
        return await ApplyAsync(invocation, vault, TargetCluster.Of(cluster), believed, plan, folder);
    }

    private async Task<ExitCode> IntoNewClusterAsync(Invocation invocation, string text)
    {
        options.Check(invocation);
        var believed = trust.Trust(invocation);
        var vault = invocation.OpenVault();
        var (found, reader) = await PointChoice.OpenAsync(invocation, vault, text, believed);
        await using var restore = new NewClusterRestore(invocation, vault, believed, newCluster.Request(invocation));
        var cluster = await restore.PlanAsync(reader);
        if (newCluster.IsPlanOnly(invocation))
            return restore.Show(cluster);
        if (!invocation.Get(yes) && !await restore.ConfirmedAsync(cluster))
            throw new FailedException("not confirmed: nothing was made");
        var request = options.Request(invocation, found) with { IntoOtherCluster = true };
        var (plan, report) = await restore.RunAsync(request, cluster, newCluster.Control(invocation));
        return Print(invocation, plan, report.Restore!, report.NewCluster);
    }

    private async Task<ExitCode> ApplyFileAsync(Invocation invocation, string file)
    {
        var believed = trust.Trust(invocation);
        var plan = PlanFile.Read(file);
        var vault = invocation.OpenVault();
        using var cluster = invocation.OpenCluster();
        var folder = await RunFolder.BeginAsync(plan, Origin(invocation, vault, believed), invocation.Cancellation);
        return await ApplyAsync(invocation, vault, TargetCluster.Of(cluster), believed, plan, folder);
    }

    private async Task<ExitCode> ResumeAsync(Invocation invocation, string run)
    {
        var folder = RunFolder.Open(run);
        var origin = folder.ReadOrigin();
        var plan =
            await folder.ReadPlanAsync(invocation.Cancellation)
            ?? throw new FailedException($"{folder.PlanPath} is gone: this run can't be resumed; plan again");
        invocation.Resume(origin);
        var vault = invocation.OpenVault();
        var believed = trust.All.Any(invocation.IsGiven) ? trust.Trust(invocation) : origin.Trust;
        if (origin.MadeCluster is { } made)
        {
            await using var clusters = new MadeClusters(invocation.Time);
            return await ApplyAsync(invocation, vault, await clusters.OpenAsync(made, invocation.Cancellation), believed, plan, folder);
        }
        using var cluster = invocation.OpenCluster();
        return await ApplyAsync(invocation, vault, TargetCluster.Of(cluster), believed, plan, folder);
    }

    internal static RunOrigin Origin(Invocation invocation, OpenedVault vault, SealTrust believed) =>
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
            || await invocation.Screen.ConfirmAsync("Apply this plan?", invocation.Cancellation);
    }

    private static async Task<ExitCode> ApplyAsync(
        Invocation invocation,
        OpenedVault vault,
        TargetCluster target,
        SealTrust believed,
        RestorePlan plan,
        RunFolder folder
    )
    {
        var resumeLine = $"{ProgramName.Typed} restore --resume {plan.Name}";
        invocation.WhenCancelled = $"the restore is not finished; what is done stays. Resume it with `{resumeLine}`";
        invocation.Resuming = $"resume it with `{resumeLine}`";
        foreach (var warning in plan.Warnings)
            invocation.Screen.Warn(warning);
        var report = await RunUnlessRefusedAsync(invocation, vault, NameOf(target, plan), believed, folder);
        return Print(invocation, plan, report, made: null);
    }

    /// <summary>The cluster that the point is of has the name that its points are under: the safety point is one of them.</summary>
    private static TargetCluster NameOf(TargetCluster target, RestorePlan plan) =>
        plan.TargetUid == plan.SourceUid ? target with { Name = plan.Request.Cluster } : target;

    private static ExitCode Print(Invocation invocation, RestorePlan plan, RestoreReport report, NewClusterReport? made)
    {
        if (invocation.Json)
            invocation.Screen.Json(Document(plan, report) with { NewCluster = made }, OutputJson.Plain.RestoreDocument);
        else
            PrintText(invocation.Screen, plan, report, $"{ProgramName.Typed} restore --resume {plan.Name}");
        return report.Complete ? ExitCode.Done : ExitCode.Partial;
    }

    private static async Task<RestoreReport> RunUnlessRefusedAsync(
        Invocation invocation,
        OpenedVault vault,
        TargetCluster target,
        SealTrust believed,
        RunFolder folder
    )
    {
        try
        {
            return await RunAsync(invocation, vault, target, believed, folder);
        }
        catch (RunFailedException e)
            when (e.Failure is { Side: FailureSide.Caller } or { Side: FailureSide.Vault, Code: nameof(ArchiveFailure.Untrusted) })
        {
            // Nothing was written: the same plan may be tried again, with the right context. After every other failure the run can be
            // resumed.
            invocation.Resuming = null;
            folder.RemoveUnlessBegun();
            throw;
        }
    }

    private static async Task<RestoreReport> RunAsync(
        Invocation invocation,
        OpenedVault vault,
        TargetCluster target,
        SealTrust believed,
        RunFolder folder
    )
    {
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<RestoreProgress>(p => new(p.Phase, p.Done, p.Total, "objects", Detail(p)));
        using var signer = SignatureKeys.Signer(SigningKey, invocation.Get(SigningKey));
        var run = new LocalRun(target.Connection, vault.Store, invocation.Time, signer)
        {
            Trust = believed,
            Files = vault.Files,
            Disks = vault.Disks(invocation.Time),
        };
        return await run.RestoreAsync(target.Name, folder, progress, invocation.Cancellation);
    }

    internal static string Detail(RestoreProgress progress) =>
        string.Join(
            ", ",
            new[]
            {
                progress.Failed == 0 ? null : $"{progress.Failed} failed",
                progress.Waiting is null ? null : $"waiting for {progress.Waiting}",
            }.OfType<string>()
        );

    internal static void PrintText(Screen screen, RestorePlan plan, RestoreReport report, string resumeLine)
    {
        var ink = screen.Ink;
        screen.Line(
            $"{(report.Complete ? ink.Green("restored") : ink.Yellow("partially restored"))}  {ink.Bold($"{plan.Request.Point}")}  run "
                + $"{report.Plan}, {Readable.Duration(report.Duration)}"
        );
        screen.Line($"  {ReportText.Counts(report)}");
        if (report.SafetyPoint is { } safety)
            screen.Line($"  safety point {ink.Bold($"{safety}")}: `{ProgramName.Typed} restore {safety} --existing rollback` undoes this");
        if (report.Volumes is { } volumes)
            screen.Line($"  volumes: {ReportText.Volumes(volumes)}");
        if (report.Timings is { } times)
            TimingText.Print(times, screen.Line);
        foreach (var note in report.Notes)
            screen.Line($"  note: {note}");
        ReportText.PrintMissing(report, ink, screen.Line);
        if (!report.Failures.IsEmpty)
            screen.Line($"  fix the cause, then `{resumeLine}` tries the failed ones again");
    }

    internal static RestoreDocument Document(RestorePlan plan, RestoreReport report) =>
        new()
        {
            Run = report.Plan,
            Point = plan.Request.Point.ToString(),
            Complete = report.Complete,
            Counts = ReportText.AllCounts(report),
            Failures = report.Failures,
            Incomplete = report.Incomplete,
            Notes = report.Notes,
            Volumes = report.Volumes?.ToDictionary(v => v.Key.ToLowerInvariant(), v => v.Value),
            Hooks = report.Hooks,
            Timings = report.Timings,
            SafetyPoint = report.SafetyPoint?.ToString(),
            Altered = report.Altered.Select(a => AlteredDocument.Of(a.Resource, a.Namespace, a.Name, a.Fields)),
            Seconds = Math.Round(report.Duration.TotalSeconds, 3),
        };
}
