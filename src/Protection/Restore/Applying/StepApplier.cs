using Holdfast.Clusters.Writing;
using Holdfast.Protection.Restore.Rules;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>Does one step. May be repeated: what an earlier attempt wrote is known by the run's field manager. Thread-safe.</summary>
internal sealed class StepApplier(ApplyContext context)
{
    private const int Attempts = 3;
    private const string GoneNote = "was deleted since the plan; created again";

    private readonly ObjectWrites writes = new(context);
    private readonly ExistingObjects existing = new(context);
    private readonly DeletionWait deletions = new(context);
    private readonly WebhookBackends backends = new(context);

    /// <returns>Null: the budget ran out while waiting; try again.</returns>
    public async Task<StepOutcome?> ApplyAsync(RestoreStep step, StageSlice slice, Deadline deadline, CancellationToken cancellation)
    {
        if (step.Action == StepAction.Delete)
            return await DeleteAsync(step, cancellation);
        if (PlanIndex.Writes(step) || context.IsRemade(step))
            return await WriteAsync(step, slice, deadline, cancellation);
        if (step.Resource == PlanIndex.Namespaces && step.LiveUid is not null && context.Index.IsWrittenTo(step.Name))
            return await KeepNamespaceAsync(step, slice, deadline, cancellation);
        return AsPlanned(step);
    }

    private static StepOutcome AsPlanned(RestoreStep step) => step.Action == StepAction.Unchanged
        ? new(step.Number, OutcomeKind.Unchanged, Uid: step.LiveUid)
        : new(step.Number, OutcomeKind.Skipped, step.Reason, step.LiveUid);

    private async Task<StepOutcome?> WriteAsync(RestoreStep step, StageSlice slice, Deadline deadline, CancellationToken cancellation)
    {
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return new(step.Number, OutcomeKind.Deferred, $"the target doesn't serve {step.Resource} as {step.ApiVersion}: its definition or API service is missing or not ready");
        if (context.Unavailable.Reason(step.Resource) is { } unavailable)
            return new(step.Number, OutcomeKind.Deferred, unavailable);
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        var backend = await backends.CheckAsync(item, slice.Last, cancellation);
        if (backend.Refused is { } refused)
            return refused;
        var outcome = step.Action is StepAction.Update or StepAction.Replace && !context.IsRemade(step)
            ? await OverAsync(item, slice, deadline, cancellation)
            : await CreateAsync(item, context.IsRemade(step) ? "its namespace was deleted since the plan; created again" : null, slice, deadline, cancellation);
        return outcome is { IsWritten: true } && backend.Note is { } note ? outcome.With(note) : outcome;
    }

    private async Task<StepOutcome?> OverAsync(WorkItem item, StageSlice slice, Deadline deadline, CancellationToken cancellation) =>
        await existing.SettleAsync(item, cancellation) ?? await CreateAsync(item, GoneNote, slice, deadline, cancellation);

    /// <summary>Creates the object, or decides about the one that is there.</summary>
    private async Task<StepOutcome?> CreateAsync(WorkItem item, string? note, StageSlice slice, Deadline deadline, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await writes.CreateAsync(item, note, cancellation) is { } written)
                return written;
            var read = await context.Writer.GetAsync(item.Type, item.Step.Namespace, item.Step.Name, cancellation);
            if (read.Status == WriteStatus.NotFound)
                continue;
            if (read.Status != WriteStatus.Done)
                return writes.Refused(item, read);
            var live = ManifestJson.Parse(read.Body.Span);
            if (!live.IsBeingDeleted())
            {
                if (await existing.SettleAsync(item, cancellation) is { } decided)
                    return decided;
                continue;
            }
            if (!DeletionWait.IsWorthwhile(item.Step))
                return new(item.Step.Number, OutcomeKind.Deferred, "it is being deleted in the target; finalizers hold it");
            if (await deletions.UntilGoneAsync(item.Step, item.Type, slice, deadline, cancellation) is not { } end)
                return null;
            if (end.StillThere is { } reason)
                return new(item.Step.Number, OutcomeKind.Failed, reason);
            note = "was being deleted; created again";
        }
        return new(item.Step.Number, OutcomeKind.Deferred, "it comes and goes in the target");
    }

    /// <summary>A namespace that the plan saw, and in which something will be written: it may be gone by now.</summary>
    private async Task<StepOutcome?> KeepNamespaceAsync(RestoreStep step, StageSlice slice, Deadline deadline, CancellationToken cancellation)
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
                : AsPlanned(step) with { Uid = live.Uid(), Reason = "was deleted and made again since the plan: what it held is created again" };
        }
        if (step.Source is null)
            return new(step.Number, OutcomeKind.Failed, "was deleted since the plan, and the point doesn't hold it; plan again");
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        return await CreateAsync(item, GoneNote, slice, deadline, cancellation);
    }

    private async Task<StepOutcome> DeleteAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return new(step.Number, OutcomeKind.Failed, $"the target doesn't serve {step.Resource} as {step.ApiVersion}");
        var answer = await context.Writer.DeleteAsync(type, step.Namespace, step.Name, step.LiveUid, step.LiveRevision, "Background", cancellation);
        return answer.Status switch
        {
            WriteStatus.Done => new(step.Number, OutcomeKind.Deleted),
            WriteStatus.NotFound => new(step.Number, OutcomeKind.Deleted, "was gone already"),
            WriteStatus.Conflict => new(step.Number, OutcomeKind.Failed, "changed since the plan; plan again"),
            WriteStatus.Unavailable => new(step.Number, OutcomeKind.Deferred, ServerRefusal.Explain(step, answer, [])),
            _ => new(step.Number, OutcomeKind.Failed, ServerRefusal.Explain(step, answer, [])),
        };
    }
}
