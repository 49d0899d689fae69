using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Policies;

namespace Holdfast.Volumes.Hooks;

/// <summary>
/// Runs hooks around the cutting of snapshots. A pod whose pre hooks were begun gets its post hooks whatever happens: a failure, a cut that
/// hangs, a cancellation; after the end of the process, at the next attempt. Thread-safe.
/// </summary>
/// <param name="record">Of the same capture at each attempt.</param>
public sealed class HookRunner(ClusterConnection connection, FreezeRecord record)
{
    private readonly TimeProvider time = connection.Time;
    private readonly HookExecution execution = new(connection);

    /// <summary>
    /// Runs the pre hooks in order, the cut, and the post hooks in the reverse order of pods. First it ends what an earlier attempt began.
    /// Hooks that fail are in the result, and so is what the cut threw, or a <see cref="HookException"/> in its place.
    /// </summary>
    /// <param name="longestFreeze">
    /// From the first pre hook to the end of the cut; then the post hooks begin, each with its own time-out, even if the cut doesn't end.
    /// </param>
    /// <param name="cut">Is to end soon when its token is cancelled. It isn't called when a pre hook fails whose failure counts.</param>
    /// <exception cref="ControlException">The record can't be written: no hook was begun.</exception>
    /// <exception cref="OperationCanceledException">Before the first hook.</exception>
    public async Task<HookedCut<T>> AroundAsync<T>(
        HookPlan plan,
        TimeSpan longestFreeze,
        Func<CancellationToken, Task<T>> cut,
        CancellationToken cancellation
    )
    {
        var outcomes = new List<HookOutcome>();
        await ThawAsync(plan, outcomes, cancellation);
        foreach (var pod in plan.Pods)
            outcomes.AddRange(pod.Faults.Select(f => HookOutcome.Of(pod, f)));
        if (plan.Pods.Any(p => p.Faults.Any(f => f.OnError == OnHookError.Fail)))
            return new(null, [.. outcomes]);
        var made = new GuardedCut<T>(cut);
        await FreezeAsync(plan, longestFreeze, made, outcomes, cancellation);
        return new(made.Result, [.. outcomes]);
    }

    /// <summary>
    /// Runs the post hooks of what an earlier attempt began and didn't end, as <see cref="AroundAsync"/> does first. For a capture that
    /// isn't tried again.
    /// </summary>
    /// <exception cref="ControlException">The record can't be read.</exception>
    public async Task<IReadOnlyList<HookOutcome>> ThawAsync(HookPlan plan, CancellationToken cancellation)
    {
        var outcomes = new List<HookOutcome>();
        await ThawAsync(plan, outcomes, cancellation);
        return outcomes;
    }

    private async Task ThawAsync(HookPlan plan, List<HookOutcome> outcomes, CancellationToken cancellation)
    {
        if (await record.ReadAsync(cancellation) is not var (names, etag))
            return;
        var known = plan.Pods.ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach (var name in (names ?? [.. known.Keys]).Reverse())
        {
            if (known.GetValueOrDefault(name) is { } pod)
                await execution.PostAsync(pod, isRecovery: true, outcomes);
            else
                outcomes.Add(HookOutcome.OfMissing(name));
        }
        await record.DeleteAsync(etag, time);
    }

    /// <summary>Written once, before anything is stopped: a store that doesn't answer must not keep applications stopped.</summary>
    private async Task<string> BeginAsync(HookPlan plan, List<PodHooks> pods, List<HookOutcome> outcomes, CancellationToken cancellation)
    {
        while (true)
        {
            if (await record.CreateAsync(pods.Select(p => p.Name), cancellation) is { } etag)
                return etag;
            // An attempt that still runs though its worker was given up: this one takes over.
            await ThawAsync(plan, outcomes, cancellation);
        }
    }

    private async Task FreezeAsync<T>(
        HookPlan plan,
        TimeSpan longest,
        GuardedCut<T> cut,
        List<HookOutcome> outcomes,
        CancellationToken cancellation
    )
    {
        var pods = plan.Pods.Where(p => p.Faults.IsEmpty).ToList();
        var etag = pods.Count > 0 ? await BeginAsync(plan, pods, outcomes, cancellation) : null;
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var begun = new Stack<PodHooks>();
        if (await PreAsync(pods, begun, outcomes, either.Token))
            await cut.RunAsync(either.Token, cancellation);
        else if (cancellation.IsCancellationRequested)
            cut.Cancel(cancellation);
        if (etag is not null && !await ResumeAsync(begun, etag, outcomes))
            cut.Discard();
    }

    /// <returns>False: another attempt has taken over, and what was cut may be inconsistent.</returns>
    private async Task<bool> ResumeAsync(Stack<PodHooks> begun, string etag, List<HookOutcome> outcomes)
    {
        if (!await record.IsOursAsync(etag, time))
            return false;
        foreach (var pod in begun)
            await execution.PostAsync(pod, isRecovery: false, outcomes);
        return await record.DeleteAsync(etag, time);
    }

    /// <returns>False: a failure that counts, or the token was cancelled.</returns>
    private async Task<bool> PreAsync(
        List<PodHooks> pods,
        Stack<PodHooks> begun,
        List<HookOutcome> outcomes,
        CancellationToken cancellation
    )
    {
        foreach (var pod in pods)
        {
            if (cancellation.IsCancellationRequested)
                return false;
            begun.Push(pod);
            if (!await execution.PreAsync(pod, outcomes, cancellation))
                return false;
        }
        return true;
    }
}
