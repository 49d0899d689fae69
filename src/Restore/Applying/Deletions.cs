using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>Deletes what a plan deletes: only the very object, at the revision, that the plan saw. Thread-safe.</summary>
internal sealed class Deletions(ApplyContext context)
{
    private const string Changed = "changed since the plan, and wasn't deleted; plan again";

    /// <summary>Done when the object is gone; what finalizers hold is waited for like any deletion.</summary>
    public async Task<StepOutcome> DeleteAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return Unserved(step);
        if (await context.Excluded.ReasonAsync(step.Namespace, cancellation) is { } excluded)
            return new(step.Number, OutcomeKind.Failed, excluded, step.LiveUid);
        var answer = await SendAsync(step, type, step.LiveUid, step.LiveRevision, "Background", cancellation);
        if (answer.Status == WriteStatus.Done)
            return await DoneAsync(step, type, answer.Body, cancellation);
        if (answer.Status != WriteStatus.Conflict)
            return answer.Status == WriteStatus.NotFound ? Gone(step) : Refused(step, answer);
        var read = await context.Writer.GetAsync(type, step.Namespace, step.Name, cancellation);
        if (read.Status == WriteStatus.Done)
            return (ManifestJson.Parse(read.Body.Span).Uid() == step.LiveUid ? Pending(step, read.Body) : null)
                ?? new(step.Number, OutcomeKind.Failed, Changed);
        return read.Status == WriteStatus.NotFound ? Gone(step) : Refused(step, read);
    }

    /// <summary>
    /// A Status says that the deletion was accepted, not that the object is gone: older API servers (1.20) answer so for a Service that its
    /// finalizers still hold.
    /// </summary>
    private async Task<StepOutcome> DoneAsync(
        RestoreStep step,
        ApiResource type,
        ReadOnlyMemory<byte> answer,
        CancellationToken cancellation
    )
    {
        if (ManifestJson.Parse(answer.Span).Text("kind") != "Status")
            return Pending(step, answer) ?? Gone(step);
        var read = await context.Writer.GetAsync(type, step.Namespace, step.Name, cancellation);
        if (read.Status is not (WriteStatus.Done or WriteStatus.NotFound))
            return Refused(step, read);
        return read.Status == WriteStatus.Done && ManifestJson.Parse(read.Body.Span) is var live && live.Uid() == step.LiveUid
            ? context.Deletions.Seen(step, live)
            : Gone(step);
    }

    /// <summary>Objects go with their definition; else a type that isn't served may only not answer now.</summary>
    private StepOutcome Unserved(RestoreStep step)
    {
        var reason = $"the target doesn't serve {step.Resource} as {step.ApiVersion} any more";
        return context.Index.DefinitionOf(step.Resource) is { Action: StepAction.Delete }
            ? new(step.Number, OutcomeKind.Deleted, reason)
            : new(step.Number, OutcomeKind.Failed, reason + ", so that it can't be deleted; plan again");
    }

    /// <summary>Asks the server, as a dry run, whether it would delete what a step deletes or creates again.</summary>
    /// <returns>Why it wouldn't; null: it would, or the object is gone already.</returns>
    public async Task<string?> RefusalAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (context.Types.Find(step.Resource, step.ApiVersion) is not { } type)
            return Unserved(step) is { Kind: OutcomeKind.Failed } unserved ? unserved.Reason : null;
        var propagation = step.Action == StepAction.Recreate ? "Orphan" : "Background";
        var answer = await context.Writer.DeleteAsync(
            type,
            step.Namespace,
            step.Name,
            step.LiveUid,
            step.LiveRevision,
            propagation,
            cancellation,
            dryRun: true
        );
        return answer.Status switch
        {
            WriteStatus.Done or WriteStatus.NotFound => null,
            WriteStatus.Conflict => "it has changed since it was planned; plan again",
            _ => ServerRefusal.Explain(step, answer, []),
        };
    }

    public Task<WriteResult> SendAsync(
        RestoreStep step,
        ApiResource type,
        string? uid,
        string? revision,
        string propagation,
        CancellationToken cancellation
    ) =>
        context.Manager.DryRun
            ? throw new InvalidOperationException("a dry run deletes nothing")
            : context.Writer.DeleteAsync(type, step.Namespace, step.Name, uid, revision, propagation, cancellation);

    public static StepOutcome Refused(RestoreStep step, WriteResult answer) =>
        new(
            step.Number,
            answer.Status == WriteStatus.Unavailable ? OutcomeKind.Deferred : OutcomeKind.Failed,
            ServerRefusal.Explain(step, answer, [])
        );

    /// <summary>Null: the answer is no object that is still going.</summary>
    public StepOutcome? Pending(RestoreStep step, ReadOnlyMemory<byte> answer)
    {
        var live = ManifestJson.Parse(answer.Span);
        return live.IsBeingDeleted() && IsHeld(live) ? context.Deletions.Seen(step, live) : null;
    }

    // The answer to a deletion that is done at once shows the object as it was marked.
    private static bool IsHeld(JsonObject live) =>
        live.Object("metadata").Array("finalizers") is { Count: > 0 }
        || live.Object("spec").Array("finalizers") is { Count: > 0 }
        || live.Object("metadata").Number("deletionGracePeriodSeconds") is > 0;

    private StepOutcome Gone(RestoreStep step)
    {
        context.Deletions.Gone(step);
        return new(step.Number, OutcomeKind.Deleted);
    }
}
