using Holdfast.Restore.Outcomes;

namespace Holdfast.Restore.Applying;

/// <summary>
/// The order in which a plan is applied: stage by stage, what was deferred after each stage that may have cured it, then the last passes;
/// then the same for what judges writes, so that it judges none of this restore's; then, where that was asked for, the wait until it is
/// ready. Nothing waits before all that can be done is done.
/// Continues from a cursor for as long as a budget allows, and hands back the next one. A cursor may be used again: what has an outcome is
/// not done twice.
/// </summary>
internal sealed class RestoreProgression(ApplyContext context, OutcomeRecorder recorder)
{
    /// <summary>The last stage but for admission's.</summary>
    private const RestoreStage LastUnjudged = RestoreStage.Admission - 1;

    private static readonly RestoreStage[] Stages = Enum.GetValues<RestoreStage>();
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly RestoreSweep sweep = new(context);
    private readonly RestoreWaits waits = new(context);
    private readonly ReadinessWait readiness = new(context, recorder);
    private readonly RestoredControllers controllers = new(context);

    /// <summary>
    /// Continues to the end of a stage in which there was something to do, to the beginning of waiting, or to the end of the budget.
    /// </summary>
    /// <returns>Null: the restore is at its end.</returns>
    public async Task<RestoreCursor?> AdvanceAsync(RestoreCursor from, TimeSpan budget, CancellationToken cancellation)
    {
        var deadline = new Deadline(context.Time, budget);
        sweep.Worked = false;
        recorder.Waiting = waits.Describe(from.Stage, from.Settled);
        var next = await MoveAsync(from, deadline, cancellation);
        while (next is not null && !deadline.IsOver && !Waits(from, next) && (!sweep.Worked || next.IsWithin(from)))
        {
            from = next;
            recorder.Phase = next.Phase;
            next = await MoveAsync(next, deadline, cancellation);
        }
        recorder.Waiting =
            next is null ? null
            : next.Move == RestoreMove.Ready ? readiness.Waiting
            : next.Move == RestoreMove.Finalizers ? controllers.Describe(next.Settled)
            : waits.Describe(next.Stage, next.Settled);
        return next;
    }

    /// <summary>
    /// It begins to wait; or what is left of the budget is too short for the next pause: another look within it would be at once, and count
    /// the same time twice.
    /// </summary>
    private static bool Waits(RestoreCursor from, RestoreCursor next) =>
        BeginsToWait(from, next) || (from.Move == next.Move && next.Settled > from.Settled);

    private static bool BeginsToWait(RestoreCursor from, RestoreCursor next) =>
        from.Move != next.Move
        && next.Move
            is RestoreMove.Settle
                or RestoreMove.Snapshots
                or RestoreMove.Release
                or RestoreMove.Hooks
                or RestoreMove.Finalizers
                or RestoreMove.Ready;

    private Task<RestoreCursor?> MoveAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation) =>
        at.Move switch
        {
            RestoreMove.Apply => ApplyAsync(at, deadline, cancellation),
            RestoreMove.Retry => RetryAsync(at, deadline, cancellation),
            RestoreMove.Settle => SettleAsync(at, deadline, cancellation),
            RestoreMove.LastTry => LastTryAsync(at, deadline, cancellation),
            RestoreMove.Owners or RestoreMove.LastOwners => PassAsync(at, PendingWork.Owners, deadline, cancellation),
            RestoreMove.Status or RestoreMove.LastStatus => PassAsync(at, PendingWork.Status, deadline, cancellation),
            RestoreMove.Replicas or RestoreMove.LastReplicas => PassAsync(at, PendingWork.Replicas, deadline, cancellation),
            RestoreMove.ManagedFields => UnmarkAsync(at, deadline, cancellation),
            RestoreMove.Snapshots => AwaitSnapshotsAsync(at, deadline, cancellation),
            RestoreMove.Release => ReleaseAsync(at, deadline, cancellation),
            RestoreMove.Hooks => RunHooksAsync(at, deadline, cancellation),
            RestoreMove.Finalizers => GiveFinalizersAsync(at, deadline, cancellation),
            RestoreMove.Ready => readiness.RunAsync(at, deadline, cancellation),
            _ => throw new InvalidOperationException($"no move {at.Move}"),
        };

    private async Task<RestoreCursor?> ApplyAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var (rest, tried) = await sweep.RunAsync(
            at with
            {
                At = at.Stage,
            },
            [at.Stage],
            new(s => !context.Outcomes.IsFinal(s.Number)),
            deadline,
            cancellation
        );
        if (rest is not null)
            return rest;
        if (at.Stage == RestoreStage.CustomResourceDefinitions)
            await sweep.EstablishAsync(cancellation);
        if (at.Stage == RestoreStage.ApiServices && tried)
            await context.RediscoverAsync(cancellation);
        if (at.Stage == RestoreStage.Volumes && context.Plan.Steps.Any(waits.MayAwaitSnapshot))
            return at.To(RestoreMove.Snapshots);
        return tried ? at.To(RestoreMove.Retry) : NextStage(at);
    }

    /// <summary>A type behind which nothing answers is tried again only after what could make it answer.</summary>
    private async Task<RestoreCursor?> RetryAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        await sweep.EstablishAgainAsync(last: false, cancellation);
        var mayAnswer = at.Stage is RestoreStage.Workloads or RestoreStage.ApiServices;
        var (rest, _) = await sweep.RunAsync(
            at,
            Stages.Where(s => s < at.Stage),
            new(s => waits.IsDeferred(s) && (mayAnswer || !context.Unavailable.IsKnown(s.Resource))),
            deadline,
            cancellation
        );
        return rest ?? NextStage(at);
    }

    private static RestoreCursor NextStage(RestoreCursor at) =>
        at.Stage >= LastUnjudged ? at.To(RestoreMove.Owners) : new(RestoreMove.Apply, at.Stage + 1);

    private async Task<RestoreCursor?> PassAsync(RestoreCursor at, PendingWork work, Deadline deadline, CancellationToken cancellation)
    {
        var (rest, _) = await sweep.RunAsync(
            at,
            UpTo(at.Stage),
            new(s => sweep.Owes(s, work)) { Finishing = work },
            deadline,
            cancellation
        );
        return rest
            ?? at.Move switch
            {
                RestoreMove.Replicas => IsOpen(at.Stage) ? at.To(RestoreMove.Settle) : AfterReplicas(at),
                RestoreMove.LastReplicas => AfterReplicas(at),
                var move => at.To(move + 1),
            };
    }

    private RestoreCursor AfterReplicas(RestoreCursor at) =>
        context.Plan.Steps.Any(s => sweep.Owes(s, PendingWork.Snapshot)) ? at.To(RestoreMove.Release) : AfterRelease(at);

    /// <summary>Pods that weren't ready before admission came aren't waited for once more.</summary>
    private RestoreCursor AfterRelease(RestoreCursor at) =>
        at.To(
            at.Stage < RestoreStage.Admission && context.Plan.Steps.Any(s => sweep.Owes(s, PendingWork.Hooks))
                ? RestoreMove.Hooks
                : AfterHooks
        );

    private RestoreMove AfterHooks =>
        context.Plan.Steps.Any(s => sweep.Owes(s, PendingWork.Finalizers)) ? RestoreMove.Finalizers : RestoreMove.ManagedFields;

    /// <summary>Tries what is deferred again for as long as time may cure it.</summary>
    private async Task<RestoreCursor?> SettleAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        if (!at.Tried)
            await context.RediscoverAsync(cancellation);
        var wait = new Wait(
            UpTo(at.Stage),
            new(waits.IsDeferred),
            waited => waits.Patience(at.Stage, waited),
            waited => waits.Describe(at.Stage, waited)
        )
        {
            Between = () => sweep.EstablishAgainAsync(last: false, cancellation),
        };
        return await WaitAsync(at, wait, deadline, cancellation) ?? at.To(RestoreMove.LastTry);
    }

    /// <summary>Claims come before the workloads that would make empty ones, and so wait here for what they are made from.</summary>
    private async Task<RestoreCursor?> AwaitSnapshotsAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var wait = new Wait([at.Stage], new(waits.MayAwaitSnapshot), waits.SnapshotPatience, waited => waits.Describe(at.Stage, waited));
        if (await WaitAsync(at, wait, deadline, cancellation) is { } later)
            return later;
        var (rest, _) = await sweep.RunAsync(at.To(at.Move), [at.Stage], new(waits.AwaitsSnapshot) { Last = true }, deadline, cancellation);
        return rest ?? at.To(RestoreMove.Retry);
    }

    private async Task<RestoreCursor?> ReleaseAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var wait = new Wait(
            [RestoreStage.Volumes],
            new(s => sweep.Owes(s, PendingWork.Snapshot)) { Finishing = PendingWork.Snapshot },
            // Claims that weren't bound before admission came aren't waited for once more.
            waited => at.Stage < RestoreStage.Admission ? waits.BindingPatience(waited) : TimeSpan.Zero,
            waits.DescribeBinding
        );
        return await WaitAsync(at, wait, deadline, cancellation) ?? AfterRelease(at);
    }

    /// <summary>Hooks run as soon as their Pods are ready; what has no ready Pods when patience is over has failed.</summary>
    private async Task<RestoreCursor?> RunHooksAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        var choice = new SweepChoice(s => sweep.Owes(s, PendingWork.Hooks)) { Finishing = PendingWork.Hooks };
        var wait = new Wait(UpTo(at.Stage), choice, waits.HookPatience, waits.DescribeHooks);
        if (await WaitAsync(at, wait, deadline, cancellation) is { } later)
            return later;
        var (rest, _) = await sweep.RunAsync(at.To(at.Move), UpTo(at.Stage), choice with { Last = true }, deadline, cancellation);
        return rest ?? at.To(AfterHooks);
    }

    /// <summary>A finalizer that comes back before its controller makes deletions hang. Workloads that weren't ready before admission
    /// came aren't waited for once more.</summary>
    private async Task<RestoreCursor?> GiveFinalizersAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        // A step that only continues the sweep below has waited already.
        if (at.Stage < RestoreStage.Admission && at.Settled < context.Limits.Controllers)
        {
            var wait = new Wait([], new(_ => false), controllers.Patience, controllers.Describe)
            {
                Between = () => controllers.LookAsync(cancellation),
            };
            if (await WaitAsync(at, wait, deadline, cancellation) is { } later)
                return later;
            controllers.NoteUnready();
        }
        var choice = new SweepChoice(s => sweep.Owes(s, PendingWork.Finalizers)) { Finishing = PendingWork.Finalizers };
        var from = at with { Settled = context.Limits.Controllers };
        var (rest, _) = await sweep.RunAsync(from, UpTo(at.Stage), choice, deadline, cancellation);
        return rest ?? at.To(RestoreMove.ManagedFields);
    }

    /// <summary>Sweeps again and again while patience lasts.</summary>
    /// <returns>Where the budget has ended it; null: it is over.</returns>
    private async Task<RestoreCursor?> WaitAsync(RestoreCursor at, Wait wait, Deadline deadline, CancellationToken cancellation)
    {
        var began = at.Settled;
        RestoreCursor Later(RestoreCursor where) => where with { Tried = true, Settled = began + deadline.Elapsed };
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
        {
            var (rest, _) = await sweep.RunAsync(at, wait.Stages, wait.Choice, deadline, cancellation);
            if (rest is not null)
                return Later(rest);
            await wait.Between();
            var waited = began + deadline.Elapsed;
            if (wait.Patience(waited) < pause)
                return null;
            at = at.To(at.Move) with { Settled = began };
            if (deadline.Left < pause)
                return Later(at);
            recorder.Waits(wait.Describe(waited));
            await Task.Delay(pause, context.Time, cancellation);
        }
    }

    private async Task<RestoreCursor?> LastTryAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        await sweep.EstablishAgainAsync(last: true, cancellation);
        var (rest, _) = await sweep.RunAsync(at, UpTo(at.Stage), new(waits.IsDeferred) { Last = true }, deadline, cancellation);
        return rest ?? at.To(RestoreMove.LastOwners);
    }

    private async Task<RestoreCursor?> UnmarkAsync(RestoreCursor at, Deadline deadline, CancellationToken cancellation)
    {
        await recorder.SyncAsync();
        var (rest, _) = await sweep.RunAsync(
            at,
            UpTo(at.Stage),
            new(s => sweep.Owes(s, PendingWork.ManagedFields)) { Finishing = PendingWork.ManagedFields },
            deadline,
            cancellation
        );
        return rest
            ?? (
                at.Stage < RestoreStage.Admission && context.Plan.Steps.Any(s => s.Stage == RestoreStage.Admission)
                    ? new(RestoreMove.Apply, RestoreStage.Admission)
                : readiness.IsAsked ? at.To(RestoreMove.Ready)
                : null
            );
    }

    private static IEnumerable<RestoreStage> UpTo(RestoreStage last) => Stages.Where(s => s <= last);

    private bool IsOpen(RestoreStage last) =>
        waits.Deferred(last).Any() || context.Plan.Steps.Any(s => sweep.Owes(s, PendingWork.Established));

    /// <param name="Patience">By how long it has waited: how much longer waiting is worthwhile.</param>
    /// <param name="Describe">By the same: what is waited for.</param>
    private sealed record Wait(
        IEnumerable<RestoreStage> Stages,
        SweepChoice Choice,
        Func<TimeSpan, TimeSpan> Patience,
        Func<TimeSpan, string?> Describe
    )
    {
        public Func<Task> Between { get; init; } = () => Task.CompletedTask;
    }
}
