using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;
using Holdfast.Volumes.Files;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Has movers fill the volumes of claims with exported files, and gives each to its claim before that is created. Nothing waits at its
/// place: a step whose volume isn't filled is deferred. May be repeated: how far a step is, its Job and its volume say. Thread-safe.
/// </summary>
internal sealed class ClaimFiles(ApplyContext context)
{
    /// <summary>Files take minutes or hours: between two looks at a Job nothing is asked.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, FileState> states = new();
    private readonly Lazy<(FileMovers? Movers, string? Problem)> movers = new(() => FileMovers.Of(context));

    /// <summary>The step creates a claim whose volume is filled with files.</summary>
    public static bool IsNeeded(RestoreStep step) => step is { Action: StepAction.Create, Volume.Files: not null };

    /// <summary>The step waits for its files; true also where this process hasn't looked at it yet.</summary>
    public bool MayBeAwaited(RestoreStep step) => states.GetValueOrDefault(step.Number) is not { IsAwaited: false };

    /// <summary>How much longer the step's files are waited for; null: they aren't.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan? Patience(RestoreStep step, TimeSpan waited) =>
        states.GetValueOrDefault(step.Number) is { IsAwaited: true } ? context.Limits.Files - waited : null;

    /// <returns>The step's outcome for now; or, with none, the step as it can be done: it names the volume.</returns>
    public async Task<(StepOutcome? Unready, RestoreStep Step)> PrepareAsync(
        RestoreStep step,
        ApiResource claims,
        CancellationToken cancellation
    )
    {
        if (context.Manager.DryRun)
            return (null, step);
        if (movers.Value.Movers is not { } jobs)
            return (Failed(step, movers.Value.Problem!), step);
        if (
            states.GetValueOrDefault(step.Number) is { IsAwaited: true, Last: { } last } known
            && context.Time.GetElapsedTime(known.At) < Pause
        )
            return (last, step);
        try
        {
            return await LookAsync(step, claims, jobs, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is not ClusterException { IsTransient: true })
        {
            return (Failed(step, $"its files can't be restored: {e.Message}"), step);
        }
    }

    /// <summary>After the claim is bound: its volume becomes as its class makes volumes.</summary>
    /// <returns>What is left and why; null: nothing.</returns>
    public Task<string?> SettleAsync(RestoreStep step, CancellationToken cancellation) =>
        TryAsync(async jobs =>
        {
            if (await jobs.FindVolumeAsync(step, cancellation) is { } volume)
                await jobs.Jobs.PatchAsync(FilledVolume.Volumes, null, volume.Name(), FilledVolume.Settled(volume), cancellation);
        });

    /// <summary>After a step that has created no claim: removes its mover with the volume, unless that waits for a claim already.</summary>
    /// <returns>What is left and why; null: nothing.</returns>
    public Task<string?> DiscardAsync(RestoreStep step, CancellationToken cancellation) =>
        TryAsync(async jobs =>
        {
            await jobs.Jobs.RemoveAsync(jobs.NameOf(step), cancellation);
            await jobs.Jobs.RemoveClaimAsync(jobs.NameOf(step), cancellation);
        });

    private async Task<string?> TryAsync(Func<FileMovers, Task> act)
    {
        if (movers.Value.Movers is not { } jobs)
            return null;
        try
        {
            await act(jobs);
            return null;
        }
        catch (ClusterException e)
        {
            return e.Message;
        }
    }

    private async Task<(StepOutcome?, RestoreStep)> LookAsync(
        RestoreStep step,
        ApiResource claims,
        FileMovers jobs,
        CancellationToken cancellation
    )
    {
        var volume = await jobs.FindVolumeAsync(step, cancellation);
        var claim = await context.Writer.GetAsync(claims, step.Namespace, step.Name, cancellation);
        if (claim.Status == WriteStatus.Done)
            return Present(step, ManifestJson.Parse(claim.Body.Span), volume);
        if (volume is null && await WorkAsync(step, claims, jobs, cancellation) is { } unready)
            return (unready, step);
        return await GiveAsync(step, volume, jobs, cancellation);
    }

    /// <summary>Nothing is made for a claim that is there: whether it is this restore's is decided where it would be created.</summary>
    private (StepOutcome?, RestoreStep) Present(RestoreStep step, JsonObject claim, JsonObject? volume)
    {
        states[step.Number] = FileState.Ready;
        return (claim.IsBeingDeleted() ? context.Deletions.Seen(step, claim) : null, volume is null ? step : With(step, volume.Name()));
    }

    /// <returns>Null: the files are on the volume.</returns>
    private async Task<StepOutcome?> WorkAsync(RestoreStep step, ApiResource claims, FileMovers jobs, CancellationToken cancellation)
    {
        var state = await jobs.Jobs.LookAsync(jobs.NameOf(step), cancellation);
        switch (state.Phase)
        {
            case MoverPhase.Missing:
                var item = await context.Manifests.ReadyAsync(step, claims, cancellation);
                return Wait(
                    step,
                    await jobs.StartAsync(step, item.Body, cancellation)
                        ? "its files are being restored"
                        : "its files wait for those of others"
                );
            case MoverPhase.Running:
                return Wait(step, $"its files are being restored{(state.Said is null ? "" : $": {state.Said}")}");
            case MoverPhase.Failed:
                return Failed(step, $"its files couldn't be restored: {state.Said}");
            default:
                return null;
        }
    }

    /// <summary>Gives the filled volume from the mover's claim to the step's.</summary>
    private async Task<(StepOutcome?, RestoreStep)> GiveAsync(
        RestoreStep step,
        JsonObject? volume,
        FileMovers jobs,
        CancellationToken cancellation
    )
    {
        var name = jobs.NameOf(step);
        var own = await jobs.Jobs.FindAsync(FilledVolume.Claims, jobs.Namespace, name, cancellation);
        volume ??= own is null ? null : await KeepAsync(own, jobs, cancellation);
        if (volume is not null && own is not null)
        {
            // a Pod that has ended uses no claim, but is gone sooner than its Job's other traces
            await jobs.Jobs.DeleteAsync(FilledVolume.Claims, jobs.Namespace, name, cancellation);
            own = await jobs.Jobs.FindAsync(FilledVolume.Claims, jobs.Namespace, name, cancellation);
        }
        if (own is not null)
            return (Wait(step, $"the mover's claim {name} of namespace {jobs.Namespace} is being deleted", soon: true), step);
        await jobs.Jobs.RemoveAsync(name, cancellation);
        if (volume is null)
            return (Wait(step, "its files are restored again: the volume that they were on is gone", soon: true), step);
        await jobs.Jobs.PatchAsync(
            FilledVolume.Volumes,
            null,
            volume.Name(),
            FilledVolume.GivenTo(step.Namespace!, step.Name),
            cancellation
        );
        states[step.Number] = FileState.Ready;
        return (null, With(step, volume.Name()));
    }

    private async Task<JsonObject?> KeepAsync(JsonObject claim, FileMovers jobs, CancellationToken cancellation)
    {
        if (
            claim.Object("spec").Text("volumeName") is not { Length: > 0 } name
            || await jobs.Jobs.FindAsync(FilledVolume.Volumes, null, name, cancellation) is not { } volume
        )
            return null;
        await jobs.Jobs.PatchAsync(FilledVolume.Volumes, null, name, FilledVolume.Kept(volume, context.Plan.Name), cancellation);
        return volume;
    }

    private static RestoreStep With(RestoreStep step, string volume) => step with { Volume = step.Volume! with { Volume = volume } };

    private StepOutcome Failed(RestoreStep step, string reason)
    {
        states[step.Number] = FileState.Ready;
        return new(step.Number, OutcomeKind.Failed, reason);
    }

    /// <param name="soon">It is looked at again as soon as possible.</param>
    private StepOutcome Wait(RestoreStep step, string reason, bool soon = false)
    {
        var outcome = new StepOutcome(step.Number, OutcomeKind.Deferred, reason);
        states[step.Number] = new(IsAwaited: true, context.Time.GetTimestamp(), soon ? null : outcome);
        return outcome;
    }

    /// <param name="At">When it was looked at.</param>
    /// <param name="Last">What was found then.</param>
    private sealed record FileState(bool IsAwaited, long At, StepOutcome? Last)
    {
        public static readonly FileState Ready = new(IsAwaited: false, 0, null);
    }
}
