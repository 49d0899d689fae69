using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Planning;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Deletes an object and creates the point's. That it is about to delete is stored before it does: whoever continues finds the object gone
/// and creates it, from the point, as if nothing had happened. Thread-safe.
/// </summary>
internal sealed class Recreations(ApplyContext context)
{
    private readonly ObjectWrites writes = new(context);
    private readonly Deletions deletions = new(context);
    private readonly SecretDigests digests = new();

    public async Task<StepOutcome> RecreateAsync(WorkItem item, CancellationToken cancellation)
    {
        var step = item.Step;
        var read = await context.Writer.GetAsync(item.Type, step.Namespace, step.Name, cancellation);
        if (read.Status == WriteStatus.NotFound)
            return await CreateAsync(item, cancellation);
        if (read.Status != WriteStatus.Done)
            return await writes.RefusedAsync(item, read, cancellation);
        var live = ManifestJson.Parse(read.Body.Span);
        if (live.IsBeingDeleted())
            return Removing(context.Deletions.Seen(step, live));
        if (live.IsWrittenBy(context.Manager.FieldManager) && live.Uid() != step.LiveUid)
            return await FoundAsync(item, read.Body, live, cancellation);
        if (await context.Excluded.ReasonAsync(step.Namespace, cancellation) is { } excluded)
            return new(step.Number, OutcomeKind.Failed, excluded, live.Uid());
        if (!await IsPlannedAsync(item, live, cancellation))
            return new(step.Number, OutcomeKind.Failed, "changed since the plan, and wasn't deleted; plan again", live.Uid());
        return await RemoveAsync(item, live, cancellation);
    }

    /// <summary>An earlier attempt created it again and could not record it.</summary>
    private async Task<StepOutcome> FoundAsync(WorkItem item, ReadOnlyMemory<byte> now, JsonObject live, CancellationToken cancellation)
    {
        var found = await writes.FoundAsync(item, OutcomeKind.Created, null, (JsonObject)item.Body.DeepClone(), now, live, cancellation);
        return found with { Kind = OutcomeKind.Recreated };
    }

    /// <summary>As for a replace: what no diff shows may have moved.</summary>
    private async Task<bool> IsPlannedAsync(WorkItem item, JsonObject live, CancellationToken cancellation)
    {
        if (live.Uid() != item.Step.LiveUid)
            return false;
        if (live.Revision() == item.Step.LiveRevision)
            return true;
        var decision = StepDecision.Decide(
            item.Manifest with
            {
                Body = (JsonObject)item.Body.DeepClone(),
            },
            (JsonObject)live.DeepClone(),
            item.Rules,
            await context.MergeRulesAsync(item.Type, cancellation),
            digests
        );
        return decision.Action == StepAction.Recreate && PlanDrift.IsNone(item.Step, decision.Diff);
    }

    private async Task<StepOutcome> RemoveAsync(WorkItem item, JsonObject live, CancellationToken cancellation)
    {
        context.Outcomes.Record(Removing(new(item.Step.Number, OutcomeKind.Deferred, "it is being deleted, to be created again")));
        await context.Outcomes.Stored();
        var answer = await deletions.SendAsync(item.Step, item.Type, live.Uid(), live.Revision(), "Orphan", cancellation);
        return answer.Status switch
        {
            WriteStatus.Done => deletions.Pending(item.Step, answer.Body) is { } pending
                ? Removing(pending)
                : await CreateAsync(item, cancellation),
            WriteStatus.NotFound => await CreateAsync(item, cancellation),
            WriteStatus.Conflict => Removing(new(item.Step.Number, OutcomeKind.Deferred, "it changed while it was to be deleted")),
            _ => Deletions.Refused(item.Step, answer),
        };
    }

    private async Task<StepOutcome> CreateAsync(WorkItem item, CancellationToken cancellation)
    {
        var isOwn = context.Outcomes.Of(item.Step.Number) is { Removing: true };
        var written = await writes.CreateAsync(item, isOwn ? null : "was deleted since the plan; created again", cancellation);
        if (written is null)
            return Removing(
                new(item.Step.Number, OutcomeKind.Deferred, "another object of its name was created as soon as it was deleted")
            );
        context.Deletions.Gone(item.Step);
        return written.IsWritten ? written with { Kind = OutcomeKind.Recreated } : Removing(written);
    }

    private static StepOutcome Removing(StepOutcome outcome) =>
        outcome with
        {
            Removing = !outcome.IsFinal || outcome.Kind == OutcomeKind.Failed,
        };
}
