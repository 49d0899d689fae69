using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Recovery;

namespace Holdfast.Cli.Verbs;

/// <summary>
/// One attempt at a recovery: group by group, what is done already passed over, until its end, or until a group isn't complete or a person
/// has to decide. How far it is stands in its folder after each step.
/// </summary>
internal sealed class RecoveryRun(Invocation invocation, OpenedVault vault, SealTrust believed, RecoveryPlan plan, RecoveryFolder folder)
{
    private readonly string resume = $"`{ProgramName.Typed} recovery run --resume {plan.Name}`";
    private readonly long began = invocation.Time.GetTimestamp();
    private RecoveryProgress progress = folder.ReadProgress();

    public async Task<ExitCode> RunAsync()
    {
        invocation.WhenCancelled = $"the recovery is not finished; what is done stays. Resume it with {resume}";
        invocation.Resuming = $"resume it with {resume}";
        foreach (var (number, group) in plan.Groups.Index())
        {
            if (progress.Groups.Contains(group.Name))
                continue;
            invocation.Screen.Note($"group {number + 1} of {plan.Groups.Length}: {group.Name}");
            if (await StopsAsync(group) is { } stopped)
                return End("stopped", $"group {group.Name}: {stopped}. Fix the cause, then continue with {resume}");
            if (group.Pause is { } pause && !await DecidedAsync(group, pause))
                return End("paused", $"after group {group.Name}: {pause}. When that is done, continue with {resume}");
            await StoreAsync(progress with { Groups = progress.Groups.Add(group.Name), PausedAfter = null });
        }
        return End(progress.Restores.Values.All(r => r.Report.Complete) ? "complete" : "partial", null);
    }

    /// <returns>Why the next group may not begin; null: it may.</returns>
    private async Task<string?> StopsAsync(PlannedGroup group)
    {
        foreach (var restore in group.Restores)
            if (progress.Restores.GetValueOrDefault(restore.Name) is not { Report.Complete: true } && !IsPassed(group, restore))
                await RestoreAsync(group, restore);
        var flawed = group.Restores.Where(r => !progress.Restores[r.Name].Report.Complete).Select(r => r.Name).ToList();
        if (flawed.Count > 0 && group.ContinueOnPartial != true)
            return $"{string.Join(", ", flawed)} {(flawed.Count == 1 ? "isn't" : "aren't")} complete";
        foreach (var check in group.Checks ?? [])
            if (await CheckAsync(check) is { } flaw)
                return $"the check of {check} in the target of {check.Restore} failed: {flaw}";
        return null;
    }

    /// <summary>It was done as far as it could be before the group's pause.</summary>
    private bool IsPassed(PlannedGroup group, PlannedRestore restore) =>
        progress.PausedAfter == group.Name && progress.Restores.ContainsKey(restore.Name);

    private async Task RestoreAsync(PlannedGroup group, PlannedRestore restore)
    {
        using var cluster = RecoveryFile.Open(invocation, restore.Target);
        var runs = RunFolder.Find(restore.Plan.Name) ?? await RunFolder.BeginAsync(restore.Plan, Origin(restore), invocation.Cancellation);
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var shown = display.For<RestoreProgress>(p =>
            new($"{group.Name}/{restore.Name}: {p.Phase}", p.Done, p.Total, "objects", RestoreVerb.Detail(p))
        );
        var run = new LocalRun(cluster.Connection, vault.Store, invocation.Time)
        {
            Trust = believed,
            Files = vault.Files,
            Disks = vault.Disks(invocation.Time),
        };
        var report = await run.RestoreAsync(cluster.DefaultName, runs, shown, invocation.Cancellation);
        await StoreAsync(progress with { Restores = progress.Restores.SetItem(restore.Name, new(report, report.Duration.TotalSeconds)) });
    }

    private RunOrigin Origin(PlannedRestore restore) =>
        RestoreVerb.Origin(invocation, vault, believed) with
        {
            Kubeconfig = restore.Target.Kubeconfig,
            Context = restore.Target.Context,
        };

    private async Task<string?> CheckAsync(RecoveryCheck check)
    {
        using var cluster = RecoveryFile.Open(invocation, plan.Restores.Single(r => r.Name == check.Restore).Target);
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var shown = display.For<string>(flaw => new($"check of {check}", 0, 0, "", flaw));
        return await new RecoveryChecks(cluster.Connection, invocation.Time).RunAsync(check, shown.Report, invocation.Cancellation);
    }

    /// <summary>Resuming after a pause decides it.</summary>
    private async Task<bool> DecidedAsync(PlannedGroup group, string pause)
    {
        if (progress.PausedAfter == group.Name)
            return true;
        await StoreAsync(progress with { PausedAfter = group.Name });
        return invocation.Screen.IsInteractive && await invocation.Screen.ConfirmAsync($"{pause}: continue?", invocation.Cancellation);
    }

    private Task StoreAsync(RecoveryProgress reached) => folder.StoreAsync(progress = reached, invocation.Cancellation);

    private ExitCode End(string state, string? reason)
    {
        if (invocation.Json)
            invocation.Screen.Json(Document(state, reason), OutputJson.Plain.RecoveredDocument);
        else
            Print(state, reason);
        return state == "complete" ? ExitCode.Done : ExitCode.Partial;
    }

    private void Print(string state, string? reason)
    {
        var (screen, ink) = (invocation.Screen, invocation.Screen.Ink);
        foreach (var group in plan.Groups.Where(IsReached))
        {
            screen.Line($"{(progress.Groups.Contains(group.Name) ? ink.Green("done") : ink.Yellow("not done"))}  group {group.Name}");
            foreach (var restore in group.Restores)
                if (progress.Restores.GetValueOrDefault(restore.Name) is { } ended)
                    RestoreVerb.PrintText(screen, restore.Plan, ended.Whole(), $"{ProgramName.Typed} recovery run --resume {plan.Name}");
        }
        var took = Readable.Duration(invocation.Time.GetElapsedTime(began));
        screen.Line($"{(state == "complete" ? ink.Green(state) : ink.Yellow(state))}  recovery {plan.Name}, {took}");
        if (reason is not null)
            screen.Line($"  {reason}");
    }

    private bool IsReached(PlannedGroup group) =>
        progress.Groups.Contains(group.Name) || group.Restores.Any(r => progress.Restores.ContainsKey(r.Name));

    private RecoveredDocument Document(string state, string? reason) =>
        new()
        {
            Run = plan.Name,
            State = state,
            Reason = reason,
            Groups = plan
                .Groups.Where(IsReached)
                .Select(g => new RecoveredGroupDocument(
                    g.Name,
                    progress.Groups.Contains(g.Name),
                    g.Restores.Select(r => new RecoveredRestoreDocument(
                        r.Name,
                        progress.Restores.GetValueOrDefault(r.Name) is { } ended ? RestoreVerb.Document(r.Plan, ended.Whole()) : null
                    ))
                )),
            Seconds = Math.Round(invocation.Time.GetElapsedTime(began).TotalSeconds, 3),
        };
}
