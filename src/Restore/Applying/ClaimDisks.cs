using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Control.Clouds;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Has disks made for claims, and makes the volume of each before its claim is created. Nothing waits at its place: a step whose disk isn't
/// made is deferred. May be repeated, by any process: disk and volume have one name, which follows from the plan and the step, and only
/// what carries the run's mark is continued or removed. Thread-safe.
/// </summary>
internal sealed class ClaimDisks(ApplyContext context)
{
    private const string NoCloud =
        "its disk can't be made here: no cloud can be asked. Restore by the service, or sign in to Azure and use the command line";

    /// <summary>Between two looks at a disk: a subscription's limits are shared with everything else in it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, DiskState> states = new();

    /// <summary>The step creates a claim for which a disk is made.</summary>
    public static bool IsNeeded(RestoreStep step) => step is { Action: StepAction.Create, Volume.Disk: not null };

    /// <summary>The step waits for its disk; true also where this process hasn't looked at it yet.</summary>
    public bool MayBeAwaited(RestoreStep step) => states.GetValueOrDefault(step.Number) is not { IsAwaited: false };

    /// <summary>How much longer the step's disk is waited for; null: it isn't.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan? Patience(RestoreStep step, TimeSpan waited) =>
        states.GetValueOrDefault(step.Number) is { IsAwaited: true } ? context.Limits.Disks - waited : null;

    /// <returns>The step's outcome for now; or, with none, the step as it can be done: it names the volume.</returns>
    public async Task<(StepOutcome? Unready, RestoreStep Step)> PrepareAsync(
        RestoreStep step,
        ApiResource claims,
        CancellationToken cancellation
    )
    {
        if (context.Manager.DryRun)
            return (null, step);
        if (context.Disks is not { } disks)
            return (Failed(step, NoCloud), step);
        if (
            states.GetValueOrDefault(step.Number) is { IsAwaited: true, Last: { } last } known
            && context.Time.GetElapsedTime(known.At) < Pause
        )
            return (last, step);
        try
        {
            return await LookAsync(step, claims, disks, cancellation) is { } unready
                ? (unready, step)
                : (null, step with { Volume = step.Volume! with { Volume = step.Volume.Disk!.Name } });
        }
        catch (CloudException e)
        {
            return (e.IsTransient ? Wait(step, $"its disk isn't made yet: {e.Message}") : Failed(step, Unmade(e.Message)), step);
        }
    }

    /// <summary>After the claim is bound: its volume is one like any other.</summary>
    /// <returns>What is left and why; null: nothing.</returns>
    public async Task<string?> SettleAsync(RestoreStep step, CancellationToken cancellation)
    {
        var name = step.Volume!.Disk!.Name;
        var (volume, unread) = await FindAsync(step, cancellation);
        if (unread is not null)
            return $"PersistentVolume {name} keeps the label {KnownLabels.RestoreRun}: {unread.Message}";
        if (context.Disks is not { } disks || volume is null || !DiskVolume.IsOf(volume, context.Plan.Name, disks.HandleOf(OrderOf(step))))
            return null;
        var answer = await context.Writer.MergePatchAsync(
            FilledVolume.Volumes,
            null,
            name,
            ManifestJson.Write(DiskVolume.Settled()),
            context.Manager,
            cancellation
        );
        return answer.Status is WriteStatus.Done or WriteStatus.NotFound
            ? null
            : $"PersistentVolume {name} keeps the label {KnownLabels.RestoreRun}: {answer.Message}";
    }

    /// <summary>After a step that has created no claim: the volume and its disk go, unless some claim was bound to it.</summary>
    /// <returns>What is left and why; null: nothing.</returns>
    public async Task<string?> DiscardAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (context.Disks is not { } disks)
            return null;
        var order = OrderOf(step);
        try
        {
            var (volume, unread) = await FindAsync(step, cancellation);
            if (unread is not null)
                return $"the disk {disks.HandleOf(order)} may be left: {unread.Message}";
            if (volume is not null && await RemoveAsync(step, volume, disks, cancellation) is { } left)
                return left;
            return await disks.DeleteAsync(order, cancellation) ? null : $"the disk {disks.HandleOf(order)} is left: a machine uses it";
        }
        catch (CloudException e)
        {
            return $"the disk {disks.HandleOf(order)} may be left: {e.Message}";
        }
    }

    private async Task<string?> RemoveAsync(RestoreStep step, JsonObject volume, INewDisks disks, CancellationToken cancellation)
    {
        var (name, handle) = (volume.Name(), disks.HandleOf(OrderOf(step)));
        if (!DiskVolume.IsOf(volume, context.Plan.Name, handle))
            return $"the disk {handle} may be left: PersistentVolume {name} of the target isn't this restore's";
        if (DiskVolume.HasBeenBound(volume))
            return $"PersistentVolume {name} and its disk {handle} are left: a claim is or was bound to it";
        var answer = await context.Writer.DeleteAsync(
            FilledVolume.Volumes,
            null,
            name,
            volume.Uid(),
            volume.Revision(),
            "Background",
            cancellation
        );
        return answer.Status is WriteStatus.Done or WriteStatus.NotFound
            ? null
            : $"PersistentVolume {name} and its disk {handle} are left: {answer.Message}";
    }

    /// <returns>Null: the volume waits for the claim, or the claim is there and needs none.</returns>
    private async Task<StepOutcome?> LookAsync(RestoreStep step, ApiResource claims, INewDisks disks, CancellationToken cancellation)
    {
        var claim = await context.Writer.GetAsync(claims, step.Namespace, step.Name, cancellation);
        if (claim.Status == WriteStatus.Done)
            return Present(step, ManifestJson.Parse(claim.Body.Span));
        var order = OrderOf(step);
        var (volume, unread) = await FindAsync(step, cancellation);
        if (unread is not null)
            return ServerRefusal.Outcome(step, unread, [], namespaceMayCome: false);
        if (volume is not null)
            return Found(step, volume, disks.HandleOf(order));
        var disk = await disks.MakeAsync(order, cancellation);
        if (disk.Problem is { } problem)
            return Failed(step, Unmade(problem));
        if (!disk.IsReady)
            return Wait(step, $"its disk {order.Name} is being made");
        var item = await context.Manifests.ReadyAsync(step, claims, cancellation);
        var made = DiskVolume.Of(step.Volume!.Disk!, disk.Handle, item.Body, context.Plan.Name);
        var answer = await context.Writer.CreateAsync(FilledVolume.Volumes, null, ManifestJson.Write(made), context.Manager, cancellation);
        if (answer.Status == WriteStatus.AlreadyExists)
            return Wait(step, $"its PersistentVolume {order.Name} is being made", soon: true);
        return answer.Status == WriteStatus.Done ? Ready(step) : ServerRefusal.Outcome(step, answer, made, namespaceMayCome: false);
    }

    /// <summary>Nothing is made for a claim that is there: whether it is this restore's is decided where it would be created.</summary>
    private StepOutcome? Present(RestoreStep step, JsonObject claim)
    {
        Ready(step);
        return claim.IsBeingDeleted() ? context.Deletions.Seen(step, claim) : null;
    }

    /// <summary>A volume on the disk is there: two are never made on one.</summary>
    private StepOutcome? Found(RestoreStep step, JsonObject volume, string handle)
    {
        var name = volume.Name();
        if (!DiskVolume.IsOf(volume, context.Plan.Name, handle))
            return Failed(step, $"PersistentVolume {name} of the target isn't this restore's: plan again");
        if (volume.IsBeingDeleted())
            return Wait(step, $"PersistentVolume {name} of an earlier attempt is being deleted");
        return DiskVolume.HasBeenBound(volume)
            ? Failed(step, $"PersistentVolume {name} was bound to a claim that is gone: delete it and its disk {handle}, and plan again")
            : Ready(step);
    }

    /// <returns>The step's volume, null where there is none; or why it can't be read.</returns>
    private async Task<(JsonObject? Volume, WriteResult? Unread)> FindAsync(RestoreStep step, CancellationToken cancellation)
    {
        var answer = await context.Writer.GetAsync(FilledVolume.Volumes, null, step.Volume!.Disk!.Name, cancellation);
        return answer.Status switch
        {
            WriteStatus.Done => (ManifestJson.Parse(answer.Body.Span), null),
            WriteStatus.NotFound => (null, null),
            _ => (null, answer),
        };
    }

    private DiskOrder OrderOf(RestoreStep step)
    {
        var (source, request) = (step.Volume!.Disk!, context.Plan.Request);
        var claim = $"{step.Namespace}/{step.Name}";
        return new(
            source.Disk,
            source.Name,
            DiskTags.OfRestore(context.Plan.Name, request.Cluster, request.Point, claim, context.VaultLocation)
        );
    }

    private static string Unmade(string why) => $"its disk can't be made: {why}";

    private StepOutcome? Ready(RestoreStep step)
    {
        states[step.Number] = DiskState.Ready;
        return null;
    }

    private StepOutcome Failed(RestoreStep step, string reason)
    {
        Ready(step);
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
    private sealed record DiskState(bool IsAwaited, long At, StepOutcome? Last)
    {
        public static readonly DiskState Ready = new(IsAwaited: false, 0, null);
    }
}
