using System.Collections.Immutable;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Recovery;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Recovering;

/// <summary>
/// Takes a group of a recovery as <see cref="RecoveryProgression"/> decides: each restore as a run of its own, then the checks, then the
/// pause. Part of an orchestrator.
/// </summary>
internal sealed class GroupRun(TaskOrchestrationContext context, RecoveryOrder order, RecoveryStatus status, Task<Cancellation> cancelled)
{
    /// <summary>In characters.</summary>
    private const int LongestReason = 600;

    private readonly TaskOptions retries = Retries.Of(order.Attempts);
    private string? firstFlaw;

    /// <summary>The restore that is being made; null: none is.</summary>
    public RunId? Part { get; private set; }

    /// <summary>For how long the last group waited for someone to confirm.</summary>
    public TimeSpan Paused { get; private set; }

    /// <returns>Why the next group may not begin; null: it may.</returns>
    public async Task<Failure?> RunAsync(GroupBrief group)
    {
        (Paused, firstFlaw) = (TimeSpan.Zero, null);
        var outline = group.Outline();
        var progress = new GroupProgress { Ended = Complete(group) };
        while (!cancelled.IsCompleted)
        {
            var step = RecoveryProgression.Next(outline, progress);
            switch (step.Kind)
            {
                case GroupStepKind.Restore:
                    progress = progress with
                    {
                        Ended = progress.Ended.Add(outline.Restores[step.Number], await RestoreAsync(group, step.Number)),
                    };
                    break;
                case GroupStepKind.Check:
                    if (await CheckAsync(group, step.Number) is { } flaw)
                        return Stopped(group, flaw);
                    progress = progress with { Checked = progress.Checked + 1 };
                    break;
                case GroupStepKind.Pause:
                    await PauseAsync(group);
                    progress = progress with { IsConfirmed = true };
                    break;
                case GroupStepKind.Stop:
                    return Stopped(group, firstFlaw is null ? step.Why! : $"{step.Why}: {firstFlaw}");
                default:
                    return null;
            }
        }
        return Failure.OfCancelling("stopped", "");
    }

    private ImmutableSortedDictionary<string, bool> Complete(GroupBrief group)
    {
        var complete = group.Restores.Where(r => r.Attempt == RestoreAttempt.Complete).ToList();
        foreach (var _ in complete)
            status.Ended(isComplete: true);
        return complete.ToImmutableSortedDictionary(r => r.Name, _ => true, StringComparer.Ordinal);
    }

    private static Failure Stopped(GroupBrief group, string why) =>
        new(
            FailureSide.Cluster,
            FailureCode.RecoveryStopped,
            RunResult.Cut($"group {group.Name}: {why}", LongestReason)!,
            "Fix the cause, then resume the run"
        );

    /// <returns>Whether it is complete.</returns>
    private async Task<bool> RestoreAsync(GroupBrief group, int number)
    {
        var restore = group.Restores[number];
        var part = new RestoreOrder
        {
            Run = order.Run.OfRestore(restore.Name),
            Target = restore.Target,
            RequestedBy = order.RequestedBy,
            Attempts = order.Attempts,
            Plan = new((order.Plan?.Run ?? order.Run).OfRestore(restore.Name), restore.Digest),
            Resume = restore.Attempt == RestoreAttempt.Begun,
        };
        status.At(group, $"restore {restore.Name}");
        Part = part.Run;
        var isComplete = await RestoreAsync(part);
        Part = null;
        status.Ended(isComplete);
        return isComplete;
    }

    private async Task<bool> RestoreAsync(RestoreOrder part)
    {
        try
        {
            var result = await context.CallSubOrchestratorAsync<RunResult>(
                Orchestrators.Restore,
                part,
                new SubOrchestrationOptions(instanceId: part.Run.ToString())
            );
            firstFlaw ??= result.Reason;
            return result.State == RunState.Succeeded;
        }
        catch (TaskFailedException e)
        {
            firstFlaw ??= RunResult.Cut(Failure.Of(e).Message);
            return false;
        }
    }

    /// <returns>Why it stops the recovery; null: it passed, or the run is cancelled.</returns>
    private async Task<string?> CheckAsync(GroupBrief group, int number)
    {
        status.At(group, $"check {number + 1} of {group.Checks}");
        for (var since = status.Now; ; )
        {
            var step = new RecoveryCheckStep(order, group.Number, number, since);
            var outcome = await context.CallActivityAsync<RecoveryCheckOutcome>(CheckRecovery.Name, step, retries);
            if (outcome.IsOver || cancelled.IsCompleted)
                return outcome.IsOver ? outcome.Flaw : null;
            status.Note(outcome.Flaw);
        }
    }

    private async Task PauseAsync(GroupBrief group)
    {
        status.Pause(group);
        var since = status.Now;
        using var over = new CancellationTokenSource();
        while (!cancelled.IsCompleted)
        {
            var word = context.WaitForExternalEvent<Confirmation>(RunEvents.Continue, over.Token);
            if (await Task.WhenAny(word, cancelled) == word && (await word).Group == group.Name)
                break;
        }
        over.Cancel();
        Paused += status.Now - since;
    }
}
