using System.Text.Json.Nodes;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.External;
using Holdfast.Restore.Hooks;

namespace Holdfast.Restore.Applying;

/// <summary>
/// What is created otherwise than it will be in the end: with the init container of a restore hook, with its operator paused, or
/// without finalizers that come back last; and what is then still owed. Thread-safe.
/// </summary>
internal sealed class FirstBodies(ApplyContext context)
{
    /// <summary>What a create sends; the prepared body itself where there is nothing of the kind.</summary>
    public async Task<JsonObject> BodyAsync(WorkItem item, CancellationToken cancellation)
    {
        var body = Finalizers.WithoutLate(context.Plan.Request, item.Body);
        if (item.Step.External is { Choice: ExternalChoice.Attach or ExternalChoice.Pause })
            return PausedObjects.With(body, item.Type.Group);
        if (Init(item.Step) is not { } hook)
            return body;
        var (type, manifest) = await context.Manifests.CapturedAsync(hook.From, cancellation);
        return InitContainers.With(body, item.Step.Resource, hook, PodTemplates.Of(type, manifest));
    }

    public PendingWork PendingOf(WorkItem item) =>
        OfHooks(item.Step)
        | (item.Step.External is { Choice: ExternalChoice.Attach } ? PendingWork.Replicas : PendingWork.None)
        | (Finalizers.Late(context.Plan.Request, item.Body).IsEmpty ? PendingWork.None : PendingWork.Finalizers);

    private static PendingWork OfHooks(RestoreStep step) =>
        Exec(step) is not null || (Init(step) is not null && PodTemplates.CanChange(step.Resource)) ? PendingWork.Hooks : PendingWork.None;

    public static StepHook? Init(RestoreStep step) => step.Hooks?.FirstOrDefault(h => h.Kind == RestoreHookKind.Init);

    public static StepHook? Exec(RestoreStep step) => step.Hooks?.FirstOrDefault(h => h.Kind == RestoreHookKind.Exec);
}
