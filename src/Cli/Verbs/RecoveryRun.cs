using System.Collections.Immutable;
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
        if (progress.AppliedFrom is null)
            await StoreAsync(progress with { AppliedFrom = Now });
        foreach (var (number, group) in plan.Groups.Index())
        {
            if (progress.Groups.Contains(group.Name))
                continue;
            invocation.Screen.Note($"group {number + 1} of {plan.Groups.Length}: {group.Name}");
            if (await RunAsync(group) is { } end)
                return end;
            await StoreAsync(progress with { Groups = progress.Groups.Add(group.Name), PausedAfter = null });
        }
        return End(IsComplete ? "complete" : "partial", null);
    }

    private DateTimeOffset Now => invocation.Time.GetUtcNow();

    private bool IsComplete => progress.Restores.Values.All(r => r.Report.Complete);

    /// <returns>How this attempt ends with the group; null: the next one begins.</returns>
    private async Task<ExitCode?> RunAsync(PlannedGroup group)
    {
        var (outline, state) = (GroupOutline.Of(group), await BeginAsync(group));
        while (true)
        {
            var step = RecoveryProgression.Next(outline, state);
            switch (step.Kind)
            {
                case GroupStepKind.Restore:
                    var isComplete = await RestoreAsync(group, group.Restores[step.Number]);
                    state = state with { Ended = state.Ended.Add(outline.Restores[step.Number], isComplete) };
                    break;
                case GroupStepKind.Check:
                    if (await CheckAsync(group.Checks!.Value[step.Number]) is { } flaw)
                        return Stop(group, flaw);
                    state = state with { Checked = state.Checked + 1 };
                    break;
                case GroupStepKind.Pause:
                    if (!await ConfirmedAsync(group))
                        return End("paused", $"after group {group.Name}: {group.Pause}. When that is done, continue with {resume}");
                    state = state with { IsConfirmed = true };
                    break;
                case GroupStepKind.Stop:
                    return Stop(group, step.Why!);
                default:
                    return null;
            }
        }
    }

    private ExitCode Stop(PlannedGroup group, string why) =>
        End("stopped", $"group {group.Name}: {why}. Fix the cause, then continue with {resume}");

    /// <summary>
    /// What isn't done again: restores that are complete, and after the group's pause all that had ended before it. Resuming after a pause
    /// confirms it.
    /// </summary>
    private async Task<GroupProgress> BeginAsync(PlannedGroup group)
    {
        var isConfirmed = progress.PausedAfter == group.Name;
        if (isConfirmed)
            await ContinueAsync();
        return new()
        {
            IsConfirmed = isConfirmed,
            Ended = group
                .Restores.Where(r => progress.Restores.GetValueOrDefault(r.Name) is { } ended && (isConfirmed || ended.Report.Complete))
                .ToImmutableSortedDictionary(r => r.Name, r => progress.Restores[r.Name].Report.Complete, StringComparer.Ordinal),
        };
    }

    private Task ContinueAsync() =>
        progress.PausedSince is { } since
            ? StoreAsync(progress with { PausedSince = null, PausedSeconds = progress.PausedSeconds + (Now - since).TotalSeconds })
            : Task.CompletedTask;

    /// <returns>Whether it is complete.</returns>
    private async Task<bool> RestoreAsync(PlannedGroup group, PlannedRestore restore)
    {
        using var cluster = RecoveryFile.Open(invocation, restore.Target);
        var runs =
            RunFolder.Find(restore.Whole.Name) ?? await RunFolder.BeginAsync(restore.Whole, Origin(restore), invocation.Cancellation);
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
        return report.Complete;
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
        var checks = new RecoveryChecks(cluster.Connection, invocation.Time);
        var flaw = await checks.RunAsync(check, check.Limit, shown.Report, invocation.Cancellation);
        return flaw is null ? null : RecoveryProgression.StopOf(check, flaw);
    }

    /// <summary>Resuming confirms where no one can be asked.</summary>
    private async Task<bool> ConfirmedAsync(PlannedGroup group)
    {
        await StoreAsync(progress with { PausedAfter = group.Name, PausedSince = Now });
        if (!invocation.Screen.IsInteractive || !await invocation.Screen.ConfirmAsync($"{group.Pause}: continue?", invocation.Cancellation))
            return false;
        await ContinueAsync();
        return true;
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
                    RestoreVerb.PrintText(screen, restore.Whole, ended.Whole(), $"{ProgramName.Typed} recovery run --resume {plan.Name}");
        }
        var took = Readable.Duration(invocation.Time.GetElapsedTime(began));
        screen.Line($"{(state == "complete" ? ink.Green(state) : ink.Yellow(state))}  {Noun} {plan.Name}, {took}");
        if (Rto(state) is { } rto)
            screen.Line($"  achieved RTO {Readable.Duration(TimeSpan.FromSeconds(rto))}");
        if (reason is not null)
            screen.Line($"  {reason}");
    }

    private string Noun => plan.Drill == true ? "drill" : "recovery";

    private double? Rto(string state) =>
        state == "complete" && progress.AppliedFrom is { } from ? plan.RtoSeconds(from, Now, progress.PausedSeconds) : null;

    private bool IsReached(PlannedGroup group) =>
        progress.Groups.Contains(group.Name) || group.Restores.Any(r => progress.Restores.ContainsKey(r.Name));

    private RecoveredDocument Document(string state, string? reason) =>
        new()
        {
            Run = plan.Name,
            State = state,
            Drill = plan.Drill == true,
            Reason = reason,
            RtoSeconds = Rto(state),
            Groups = plan
                .Groups.Where(IsReached)
                .Select(g => new RecoveredGroupDocument(
                    g.Name,
                    progress.Groups.Contains(g.Name),
                    g.Restores.Select(r => new RecoveredRestoreDocument(
                        r.Name,
                        progress.Restores.GetValueOrDefault(r.Name) is { } ended ? RestoreVerb.Document(r.Whole, ended.Whole()) : null
                    ))
                )),
            Seconds = Math.Round(invocation.Time.GetElapsedTime(began).TotalSeconds, 3),
        };
}
