using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Applying;

/// <summary>Does one step. May be repeated: what an earlier attempt wrote is known by the run's field manager. Thread-safe.</summary>
internal sealed class StepApplier(ApplyContext context)
{
    private const int Attempts = 3;
    private const string GoneNote = "was deleted since the plan; created again";

    private readonly ObjectWrites writes = new(context);
    private readonly ExistingObjects existing = new(context);
    private readonly WebhookBackends backends = new(context);
    private readonly Recreations recreations = new(context);
    private readonly Deletions deletions = new(context);

    /// <summary>Asks, writes and answers; waits for nothing.</summary>
    public async Task<StepOutcome> ApplyAsync(RestoreStep step, StageSlice slice, CancellationToken cancellation)
    {
        if (step.Action == StepAction.Delete)
            return await deletions.DeleteAsync(step, cancellation);
        if (PlanIndex.Writes(step) || context.IsRemade(step))
            return await WriteAsync(step, slice, cancellation);
        if (step.Resource == KnownTypes.Namespaces && step.LiveUid is not null && context.Index.IsWrittenTo(step.Name))
            return await KeepNamespaceAsync(step, cancellation);
        // What the plan saw in a namespace that is going has to be created again with it.
        if (step is { LiveUid: not null, Source: not null } && context.ObstacleOf(step) is { } obstacle)
            return new(step.Number, OutcomeKind.Deferred, WaitsFor(obstacle, slice.Last));
        return SeenObjects.IsLeft(step) && !context.Manager.DryRun ? await LeaveAsync(step, slice, cancellation) : AsPlanned(step);
    }

    /// <summary>What the plan leaves as it is, if it still is as the plan saw it; otherwise it is decided again.</summary>
    private async Task<StepOutcome> LeaveAsync(RestoreStep step, StageSlice slice, CancellationToken cancellation)
    {
        var state = await context.Seen.OfAsync(step, cancellation);
        if (state == SeenState.Gone)
            return HoldsData(step)
                ? new(step.Number, OutcomeKind.Failed, "was deleted since the plan, and where its data is has to be found out; plan again")
                : await WriteAsync(step, slice, cancellation);
        if (
            state == SeenState.Same
            || step.Action != StepAction.Unchanged
            || context.Types.Find(step.Resource, step.ApiVersion) is not { } type
        )
            return AsPlanned(step);
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        return await existing.LookAgainAsync(item, cancellation) ?? await WriteAsync(step, slice, cancellation);
    }

    private static bool HoldsData(RestoreStep step) =>
        step.Resource
            is KnownTypes.PersistentVolumeClaims
                or KnownTypes.PersistentVolumes
                or KnownTypes.VolumeSnapshots
                or KnownTypes.VolumeSnapshotContents;

    private static StepOutcome AsPlanned(RestoreStep step) =>
        new(step.Number, step.Action == StepAction.Unchanged ? OutcomeKind.Unchanged : OutcomeKind.Skipped, Uid: step.LiveUid);

    // The words of what is waited for change as it goes; only the last ones are repeated for each object.
    private string WaitsFor(RestoreStep obstacle, bool last) =>
        $"waits for {obstacle.Resource}/{obstacle.Name}{(last ? $": {context.Outcomes.Of(obstacle.Number)?.Reason}" : "")}";

    private async Task<StepOutcome> WriteAsync(RestoreStep step, StageSlice slice, CancellationToken cancellation)
    {
        if (context.ObstacleOf(step) is { } obstacle)
            return new(step.Number, OutcomeKind.Deferred, WaitsFor(obstacle, slice.Last));
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return new(
                step.Number,
                OutcomeKind.Deferred,
                $"the target doesn't serve {step.Resource} as {step.ApiVersion}: its definition or API service is missing or not ready"
            );
        if (type.Namespaced != step.Namespace is not null)
            return new(
                step.Number,
                OutcomeKind.Failed,
                $"{step.Resource} are {(type.Namespaced ? "namespaced" : "cluster-scoped")} in the target, and this one isn't: "
                    + "restore it by hand"
            );
        if (context.Unavailable.Reason(step.Resource) is { } unavailable)
            return new(step.Number, OutcomeKind.Deferred, unavailable);
        if (ClaimSnapshots.IsNeeded(step) && await context.Snapshots.PrepareAsync(step, type, cancellation) is { } unready)
            return unready;
        if (ClaimFiles.IsNeeded(step))
        {
            (var unfilled, step) = await context.ClaimFiles.PrepareAsync(step, type, cancellation);
            if (unfilled is not null)
                return unfilled;
        }
        if (ClaimDisks.IsNeeded(step))
        {
            (var unmade, step) = await context.ClaimDisks.PrepareAsync(step, type, cancellation);
            if (unmade is not null)
                return unmade;
        }
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        var backend = await backends.CheckAsync(item, slice.Last, cancellation);
        if (backend.Refused is { } refused)
            return refused;
        var outcome =
            step.Action == StepAction.Recreate && !context.IsRemade(step) ? await recreations.RecreateAsync(item, cancellation)
            : (step.Action is StepAction.Update or StepAction.Replace) && !context.IsRemade(step)
                ? await existing.SettleAsync(item, cancellation) ?? await CreateAsync(item, GoneNote, cancellation)
            : await CreateAsync(
                item,
                context.IsRemade(step) ? "its namespace was deleted since the plan; created again"
                    : SeenObjects.IsLeft(step) ? GoneNote
                    : null,
                cancellation
            );
        return outcome.IsWritten && backend.Note is { } note ? outcome.With(note) : outcome;
    }

    /// <summary>Creates the object, or decides about the one that is there.</summary>
    private async Task<StepOutcome> CreateAsync(WorkItem item, string? note, CancellationToken cancellation)
    {
        if (context.Deletions.Of(item.Step.Number) is not null)
            note = "was being deleted; created again";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await writes.CreateAsync(item, note, cancellation) is { } written)
            {
                context.Deletions.Gone(item.Step);
                return written;
            }
            var read = await context.Writer.GetAsync(item.Type, item.Step.Namespace, item.Step.Name, cancellation);
            if (read.Status == WriteStatus.NotFound)
                continue;
            if (read.Status != WriteStatus.Done)
                return await writes.RefusedAsync(item, read, cancellation);
            var live = ManifestJson.Parse(read.Body.Span);
            if (live.IsBeingDeleted())
                return context.Deletions.Seen(item.Step, live);
            context.Deletions.Gone(item.Step);
            if (await existing.SettleAsync(item, cancellation) is { } decided)
                return decided;
        }
        return new(item.Step.Number, OutcomeKind.Deferred, "it was repeatedly created and deleted in the target");
    }

    /// <summary>A namespace that the plan saw, and in which something will be written: it may be gone by now.</summary>
    private async Task<StepOutcome> KeepNamespaceAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return AsPlanned(step);
        var answer = await context.Writer.GetAsync(type, null, step.Name, cancellation);
        if (answer.Status is not (WriteStatus.Done or WriteStatus.NotFound))
            return AsPlanned(step);
        if (answer.Status == WriteStatus.Done && ManifestJson.Parse(answer.Body.Span) is var live && !live.IsBeingDeleted())
        {
            return live.Uid() == step.LiveUid
                ? AsPlanned(step)
                : AsPlanned(step) with
                {
                    Uid = live.Uid(),
                    Reason = "was deleted and re-created since the plan; its contents are created again",
                };
        }
        if (step.Source is null)
            return new(step.Number, OutcomeKind.Failed, "was deleted since the plan, and the point doesn't hold it; plan again");
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        return await CreateAsync(item, GoneNote, cancellation);
    }
}
