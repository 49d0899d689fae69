using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Makes the VolumeSnapshots that claims are provisioned from, and looks whether they are ready. Nothing waits at its place: a step whose
/// snapshot isn't ready is deferred. May be repeated: what an earlier attempt made is found by its name and its snapshot's handle.
/// Thread-safe.
/// </summary>
internal sealed class ClaimSnapshots(ApplyContext context)
{
    private static readonly SnapshotState Ready = new(IsAwaited: false, null);

    private readonly ConcurrentDictionary<int, SnapshotState> states = new();

    /// <summary>The step creates a claim from a snapshot.</summary>
    public static bool IsNeeded(RestoreStep step) => step is { Action: StepAction.Create, Volume.Snapshot: not null };

    /// <summary>The step waits for its snapshot; true also where this process hasn't looked at it yet.</summary>
    public bool MayBeAwaited(RestoreStep step) => states.GetValueOrDefault(step.Number) is not { IsAwaited: false };

    /// <summary>How much longer the step's snapshot is waited for; null: it isn't waited for.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan? Patience(RestoreStep step, TimeSpan waited) =>
        states.GetValueOrDefault(step.Number) is { IsAwaited: true } state
            ? (state.Error is null ? context.Limits.Snapshots : context.Limits.Settling) - waited
            : null;

    /// <returns>The step's outcome for now; null: the snapshot is ready, or the claim is there and needs none.</returns>
    public async Task<StepOutcome?> PrepareAsync(RestoreStep step, ApiResource claims, CancellationToken cancellation)
    {
        if (context.Manager.DryRun)
            return null;
        var source = step.Volume!.Snapshot!;
        if (Types(source) is not { } types)
            return new(step.Number, OutcomeKind.Deferred, $"the target doesn't serve {SnapshotObjects.Group} as {source.ApiVersion}");
        var claim = await context.Writer.GetAsync(claims, step.Namespace, step.Name, cancellation);
        if (claim.Status == WriteStatus.Done)
            return Present(step, ManifestJson.Parse(claim.Body.Span));
        var found = await context.Writer.GetAsync(types.Snapshots, step.Namespace, source.Name, cancellation);
        if (found.Status == WriteStatus.NotFound)
            return await MakeAsync(step, source, types, cancellation) ?? Wait(step, source, null);
        return found.Status == WriteStatus.Done
            ? Look(step, source, ManifestJson.Parse(found.Body.Span))
            : ServerRefusal.Outcome(step, found, [], namespaceMayCome: true);
    }

    public (ApiResource Contents, ApiResource Snapshots)? Types(SnapshotSource source) =>
        context.Types.Find(KnownTypes.VolumeSnapshotContents, source.ApiVersion) is { } contents
        && context.Types.Find(KnownTypes.VolumeSnapshots, source.ApiVersion) is { } snapshots
            ? (contents, snapshots)
            : null;

    /// <summary>Nothing is made for a claim that is there: whether it is this restore's is decided where it would be created.</summary>
    private StepOutcome? Present(RestoreStep step, JsonObject claim)
    {
        states[step.Number] = Ready;
        return claim.IsBeingDeleted() ? context.Deletions.Seen(step, claim) : null;
    }

    private async Task<StepOutcome?> MakeAsync(
        RestoreStep step,
        SnapshotSource source,
        (ApiResource Contents, ApiResource Snapshots) types,
        CancellationToken cancellation
    )
    {
        var (plan, ns) = (context.Plan.Name, step.Namespace!);
        var content = SnapshotObjects.Content(source, plan, ns);
        var answer = await context.Writer.CreateAsync(types.Contents, null, ManifestJson.Write(content), context.Manager, cancellation);
        if (answer.Status == WriteStatus.AlreadyExists)
            answer = await context.Writer.GetAsync(types.Contents, null, source.Name, cancellation);
        if (answer.Status != WriteStatus.Done)
            return ServerRefusal.Outcome(step, answer, content, namespaceMayCome: true);
        if (Obstacle(step, source, ManifestJson.Parse(answer.Body.Span)) is { } obstacle)
            return obstacle;
        var snapshot = SnapshotObjects.Snapshot(source, plan, ns);
        var made = await context.Writer.CreateAsync(types.Snapshots, ns, ManifestJson.Write(snapshot), context.Manager, cancellation);
        return made.Status is WriteStatus.Done or WriteStatus.AlreadyExists
            ? null
            : ServerRefusal.Outcome(step, made, snapshot, namespaceMayCome: true);
    }

    private StepOutcome? Obstacle(RestoreStep step, SnapshotSource source, JsonObject content)
    {
        if (!SnapshotObjects.IsOf(content, context.Plan.Name) || !SnapshotObjects.HasHandle(content, source))
            return new(step.Number, OutcomeKind.Failed, $"VolumeSnapshotContent {source.Name} of the target isn't this restore's");
        return content.IsBeingDeleted() ? Going(step, "VolumeSnapshotContent", source.Name) : null;
    }

    private StepOutcome? Look(RestoreStep step, SnapshotSource source, JsonObject snapshot)
    {
        if (!SnapshotObjects.IsOf(snapshot, context.Plan.Name))
            return new(step.Number, OutcomeKind.Failed, $"VolumeSnapshot {source.Name} of the target isn't this restore's");
        if (snapshot.IsBeingDeleted())
            return Going(step, "VolumeSnapshot", source.Name);
        var status = snapshot.Object("status");
        if (!status.Flag("readyToUse"))
            return Wait(step, source, status.Object("error").Text("message"));
        states[step.Number] = Ready;
        return null;
    }

    private StepOutcome Going(RestoreStep step, string kind, string name)
    {
        states[step.Number] = new(IsAwaited: true, null);
        return new(step.Number, OutcomeKind.Deferred, $"{kind} {name} of an earlier attempt is being deleted");
    }

    private StepOutcome Wait(RestoreStep step, SnapshotSource source, string? error)
    {
        states[step.Number] = new(IsAwaited: true, error);
        return new(
            step.Number,
            OutcomeKind.Deferred,
            error is null
                ? $"its VolumeSnapshot {source.Name} isn't ready to use: the snapshot controller and the driver {source.Driver} make it so"
                : $"its VolumeSnapshot {source.Name} has an error: {error}"
        );
    }

    /// <param name="Error">What the snapshot's status says; null: no error.</param>
    private sealed record SnapshotState(bool IsAwaited, string? Error);
}
