using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Executing;
using Holdfast.Control.Hooks;
using Holdfast.Control.Policies;
using Holdfast.Restore.Hooks;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Runs the restore hook of an object in each of its Pods, once it is ready, one Pod after the other. A hook is noted as begun before it
/// runs: one that a crash interrupted isn't run again, and counts as failed. Thread-safe.
/// </summary>
internal sealed class RestoredPodHooks(ApplyContext context)
{
    private readonly RestoredPods pods = new(context);
    private readonly PodExec exec = new(context.Target);

    /// <param name="last">No later attempt: Pods that aren't ready have failed.</param>
    /// <returns>The outcome; and the init hook whose container is to be taken out of the object's template now, null for none.</returns>
    public async Task<(StepOutcome Outcome, StepHook? Init)> RunAsync(
        RestoreStep step,
        ApiResource type,
        bool last,
        Deadline deadline,
        CancellationToken cancellation
    )
    {
        var outcome = context.Outcomes.Of(step.Number)!;
        FoundPods found;
        try
        {
            found = await pods.FindAsync(step, outcome.Uid, type, cancellation);
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            found = new([], null, hidden.Message);
        }
        if (found.Gone is { } gone)
            return (Failed(outcome, FirstBodies.Exec(step), $"its restore hook wasn't run: {gone}").Without(PendingWork.Hooks), null);
        if (FirstBodies.Exec(step) is { } hook)
            outcome = await ExecAsync(step, hook, outcome, found, deadline, cancellation);
        if (FirstBodies.Exec(step) is { } waited && !IsDone(waited, outcome, found))
            return (last ? GivenUp(outcome, waited, found).Without(PendingWork.Hooks) : outcome, null);
        return FirstBodies.Init(step) is { } init && PodTemplates.CanChange(step.Resource)
            ? Initialised(outcome, init, found)
            : (outcome.Without(PendingWork.Hooks), null);
    }

    /// <summary>Taken out earlier, the container would be stopped while it works.</summary>
    private static (StepOutcome, StepHook?) Initialised(StepOutcome outcome, StepHook init, FoundPods found) =>
        found.Expected is { } expected && found.Pods.Count(p => p.IsReady) >= expected
            ? (outcome, init)
            : (
                outcome with
                {
                    Open =
                        $"init container {init.Container} of its restore hook stays in its template, since its Pods aren't ready: "
                        + "resume the run once they are, or take it out",
                },
                null
            );

    private static bool IsDone(StepHook hook, StepOutcome outcome, FoundPods found) =>
        (outcome.Hooks ?? []) is var runs
        && (runs.Length >= found.Expected || (hook.OnError == OnHookError.Fail && runs.Any(r => r.Error is not null)));

    private async Task<StepOutcome> ExecAsync(
        RestoreStep step,
        StepHook hook,
        StepOutcome outcome,
        FoundPods found,
        Deadline deadline,
        CancellationToken cancellation
    )
    {
        outcome = Interrupted(outcome, hook);
        foreach (var pod in found.Pods)
        {
            if (deadline.IsOver || IsDone(hook, outcome, found))
                break;
            if ((outcome.Hooks ?? []).Any(r => r.Uid == pod.Uid))
                continue;
            var container = hook.Container ?? pod.DefaultContainer;
            if (pod.HasEnded)
                outcome = With(outcome, hook, new(pod.Name, pod.Uid, container) { Error = "the Pod has ended" });
            else if (pod.Takes(container, hook.WaitsForReady))
                outcome = await ExecAsync(step, hook, outcome, new(pod.Name, pod.Uid, container), cancellation);
        }
        return outcome;
    }

    private async Task<StepOutcome> ExecAsync(
        RestoreStep step,
        StepHook hook,
        StepOutcome outcome,
        HookRun run,
        CancellationToken cancellation
    )
    {
        var (type, manifest) = await context.Manifests.CapturedAsync(hook.From, cancellation);
        var command = RestoreHookAnnotations.CommandOf(hook, PodTemplates.Of(type, manifest));
        context.Outcomes.Record(outcome with { Hooks = [.. outcome.Hooks ?? [], run with { IsOpen = true }] });
        await context.Outcomes.Stored();
        var began = context.Time.GetTimestamp();
        var timeout = TimeSpan.FromSeconds(hook.TimeoutSeconds);
        try
        {
            var result = await exec.RunAsync(new(step.Namespace!, run.Pod, run.Container, command), timeout, cancellation);
            run = run with
            {
                ExitCode = result.ExitCode,
                Output = CommandReport.Output(result.Output),
                Error = CommandReport.Error(result, timeout),
            };
        }
        catch (ClusterException refused)
        {
            run = run with { Error = CommandReport.Error(refused.Message) };
        }
        return With(outcome, hook, run with { Seconds = Math.Round(context.Time.GetElapsedTime(began).TotalSeconds, 3) });
    }

    /// <summary>Of an attempt that ended while they ran.</summary>
    private static StepOutcome Interrupted(StepOutcome outcome, StepHook hook)
    {
        foreach (var open in (outcome.Hooks ?? []).Where(r => r.IsOpen))
            outcome = With(
                outcome with
                {
                    Hooks = outcome.Hooks!.Value.Remove(open),
                },
                hook,
                open with
                {
                    IsOpen = false,
                    Error = "the restore was interrupted while it ran: it may have done all, a part or nothing, and isn't run again",
                }
            );
        return outcome;
    }

    private static StepOutcome With(StepOutcome outcome, StepHook hook, HookRun run)
    {
        outcome = outcome with { Hooks = [.. outcome.Hooks ?? [], run] };
        return run.Error is { } error ? Failed(outcome, hook, $"its restore hook failed in Pod {run.Pod}: {error}") : outcome;
    }

    private static StepOutcome GivenUp(StepOutcome outcome, StepHook hook, FoundPods found)
    {
        var (done, expected) = ((outcome.Hooks ?? []).Length, found.Expected?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Failed(
            outcome,
            hook,
            $"its restore hook was run in {done} of {expected ?? "its"} Pods: the others weren't "
                + $"{(hook.WaitsForReady ? "ready" : "running")} within {hook.WaitSeconds} s"
        );
    }

    /// <summary>The restore is partial by a failure that counts, and has a note of any other.</summary>
    private static StepOutcome Failed(StepOutcome outcome, StepHook? hook, string why)
    {
        var noted = outcome.With(why);
        return hook is { OnError: OnHookError.Fail } ? noted with { Incomplete = true } : noted;
    }
}
