using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.External;
using Holdfast.Restore.Hooks;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Applying;

/// <summary>
/// What is still owed to an object that was written: owners that came after it, its status, its replicas, its finalizers, its
/// managedFields. Each pass reads the live object and writes with its resourceVersion as precondition, so that it may be repeated and never
/// undoes what another has written meanwhile. Thread-safe.
/// </summary>
internal sealed class FinishingPasses(ApplyContext context)
{
    private const int Attempts = 5;

    private readonly StatusWrites status = new(context);
    private readonly DefinitionReadiness definitions = new(context);
    private readonly SnapshotRemoval snapshots = new(context);
    private readonly RestoredPodHooks hooks = new(context);

    /// <param name="slice">Whose <see cref="StageSlice.Finishing"/> is one flag.</param>
    /// <returns>
    /// The step's outcome after the pass: the work no longer pending, or still so and why. Null: the budget ran out while waiting.
    /// </returns>
    public async Task<StepOutcome?> FinishAsync(RestoreStep step, StageSlice slice, Deadline deadline, CancellationToken cancellation)
    {
        var work = slice.Finishing;
        if (context.Outcomes.Of(step.Number) is not { IsWritten: true } outcome || !outcome.Pending.HasFlag(work))
            return context.Outcomes.Of(step.Number);
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return outcome with { Open = $"the target doesn't serve {step.Resource} as {step.ApiVersion} any more" };
        if (work == PendingWork.Established)
            return await definitions.UntilEstablishedAsync(step, outcome, type, slice.Last, deadline, cancellation);
        if (work == PendingWork.Snapshot)
            return await snapshots.ReleaseAsync(step, outcome, type, cancellation);
        if (work == PendingWork.Hooks)
            return await FinishHooksAsync(step, type, slice, deadline, cancellation);
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        return work switch
        {
            PendingWork.Owners => await GiveOwnersAsync(item, outcome, cancellation),
            PendingWork.Status => await status.WriteAsync(item, outcome, null, cancellation),
            PendingWork.Replicas when step.External is not null => await PatchAsync(
                item,
                outcome,
                work,
                live => PausedObjects.Release(live, item.Body, type.Group),
                cancellation
            ),
            PendingWork.Replicas => await PatchAsync(item, outcome, work, live => Replicas(live, item.Manifest), cancellation),
            PendingWork.Finalizers => await PatchAsync(item, outcome, work, live => WithFinalizers(live, item.Body), cancellation),
            PendingWork.ManagedFields => await PatchAsync(item, outcome, work, live => ManagedFields(live, item.Manifest), cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(slice), work, "one kind of pending work at a time"),
        };
    }

    private async Task<StepOutcome> FinishHooksAsync(
        RestoreStep step,
        ApiResource type,
        StageSlice slice,
        Deadline deadline,
        CancellationToken cancellation
    )
    {
        var (outcome, init) = await hooks.RunAsync(step, type, slice.Last, deadline, cancellation);
        if (init is null)
            return outcome;
        var item = await context.Manifests.ReadyAsync(step, type, cancellation);
        return await PatchAsync(item, outcome, PendingWork.Hooks, live => InitContainers.Without(live, step.Resource, init), cancellation);
    }

    private async Task<StepOutcome> GiveOwnersAsync(WorkItem item, StepOutcome outcome, CancellationToken cancellation)
    {
        var owners = item.Owners;
        var given = await PatchAsync(item, outcome, PendingWork.Owners, live => OwnerReferences(live, owners.References), cancellation);
        return owners.Missing is null || given.Pending.HasFlag(PendingWork.Owners)
            ? given
            : given with
            {
                Pending = given.Pending | PendingWork.Owners,
                Open = $"restored without its owner {owners.Missing}, which isn't there",
            };
    }

    private static JsonObject? OwnerReferences(JsonObject live, JsonArray resolved)
    {
        var present = live.Object("metadata").Objects("ownerReferences").ToList();
        var missing = resolved.OfType<JsonObject>().Where(r => !present.Exists(p => p.Text("uid") == r.Text("uid"))).ToList();
        return missing.Count == 0
            ? null
            : new() { ["ownerReferences"] = new JsonArray([.. present.Concat(missing).Select(r => r.DeepClone())]) };
    }

    // The server takes no finalizer for an object that is being deleted.
    private JsonObject? WithFinalizers(JsonObject live, JsonObject body)
    {
        var present = live.Object("metadata").Array("finalizers")?.Select(f => f?.ToString()).OfType<string>().ToList() ?? [];
        var missing = Finalizers.Late(context.Plan.Request, body).Except(present).ToList();
        return missing.Count == 0 || live.IsBeingDeleted()
            ? null
            : new() { ["finalizers"] = new JsonArray([.. present.Concat(missing).Select(f => (JsonNode)f)]) };
    }

    // If someone scaled it meanwhile, leave it.
    private static JsonObject? Replicas(JsonObject live, PreparedManifest manifest) =>
        live.Object("spec").Number("replicas") == 0 && manifest.Replicas is > 0 and var replicas
            ? new() { ["spec"] = new JsonObject { ["replicas"] = replicas } }
            : null;

    private JsonObject? ManagedFields(JsonObject live, PreparedManifest manifest) =>
        FieldOwnership.PutBack(live.Object("metadata").Array("managedFields"), manifest.ManagedFields!, context.Manager.FieldManager)
            is { } entries
            ? new() { ["managedFields"] = entries }
            : null;

    /// <param name="patchOf">What to change, of the object (<c>spec</c>) or else its metadata; null: nothing.</param>
    private async Task<StepOutcome> PatchAsync(
        WorkItem item,
        StepOutcome outcome,
        PendingWork work,
        Func<JsonObject, JsonObject?> patchOf,
        CancellationToken cancellation
    )
    {
        var (step, type) = (item.Step, item.Type);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await context.Writer.GetAsync(type, step.Namespace, step.Name, cancellation);
            if (read.Status != WriteStatus.Done)
                return outcome with { Open = ServerRefusal.Explain(step, read, []) };
            var live = ManifestJson.Parse(read.Body.Span);
            if (live.Uid() != outcome.Uid)
                return outcome.Without(work) with { Open = "another object has taken its place since it was restored" };
            if (patchOf(live) is not { } change)
                return outcome.Without(work);
            var patch = change.ContainsKey("spec") ? change : new() { ["metadata"] = change };
            patch.Ensure("metadata")["resourceVersion"] = live.Revision();
            var answer = await context.Writer.MergePatchAsync(
                type,
                step.Namespace,
                step.Name,
                ManifestJson.Write(patch),
                context.Manager,
                cancellation
            );
            if (answer.Status == WriteStatus.Done)
                return outcome.Without(work).With(AlteredBy(work, change, answer, item));
            if (answer.Status != WriteStatus.Conflict)
                return outcome with { Open = ServerRefusal.Explain(step, answer, []) };
        }
        return outcome with { Open = "it keeps changing in the target" };
    }

    // Whose fields are whose, the server writes down in its own way.
    private AlteredFields? AlteredBy(PendingWork work, JsonObject change, WriteResult answer, WorkItem item) =>
        work switch
        {
            PendingWork.Replicas when change.ContainsKey("spec") => WrittenDifferences.OfPart(
                "spec",
                change.Object("spec")!,
                answer.Body,
                context.IsCustom(item.Type)
            ),
            PendingWork.Owners => OfMetadata("ownerReferences", change, answer, item),
            PendingWork.Finalizers => OfMetadata("finalizers", change, answer, item),
            _ => null,
        };

    private AlteredFields? OfMetadata(string field, JsonObject change, WriteResult answer, WorkItem item) =>
        WrittenDifferences.OfPart(
            "metadata",
            new JsonObject { [field] = change[field]?.DeepClone() },
            answer.Body,
            context.IsCustom(item.Type)
        );
}
