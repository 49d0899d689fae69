using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;

namespace Holdfast.Restore.Applying;

/// <summary>Creates objects, and says what became of any write. Thread-safe.</summary>
internal sealed class ObjectWrites(ApplyContext context)
{
    private static readonly TimeSpan FreshTypePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly StatusWrites status = new(context);
    private readonly HoldingFields holding = new(context);
    private readonly FirstBodies first = new(context);

    /// <param name="note">Why it is created otherwise than planned.</param>
    /// <returns>Null: an object of that name is there already.</returns>
    public async Task<StepOutcome?> CreateAsync(WorkItem item, string? note, CancellationToken cancellation)
    {
        var body = item.Document(await first.BodyAsync(item, cancellation));
        if (await holding.RefusalAsync(item, body, cancellation) is { } refused)
            return refused;
        var answer = await PostAsync(item, body, cancellation);
        if ((answer.Status is WriteStatus.Invalid or WriteStatus.Forbidden) && await IsThereAsync(item, cancellation))
            return null;
        return answer.Status switch
        {
            WriteStatus.Done => await DoneAsync(item, OutcomeKind.Created, note, new(body, answer.Body), null, cancellation),
            WriteStatus.AlreadyExists => null,
            _ => await RefusedAsync(item, answer, cancellation),
        };
    }

    /// <summary>The outcome of a write that was done, after the object's status was written where that is asked for.</summary>
    /// <param name="live">The object as it was found, where one was.</param>
    public async Task<StepOutcome> DoneAsync(
        WorkItem item,
        OutcomeKind kind,
        string? note,
        Exchange written,
        JsonObject? live,
        CancellationToken cancellation
    )
    {
        context.Unavailable.Answered(item.Step.Resource);
        var altered = WrittenDifferences.Between(written.Sent, written.Answer, item.Step.Resource, context.IsCustom(item.Type));
        var outcome = new StepOutcome(item.Step.Number, kind, note, LiveMetadata.UidOf(written.Answer.Span))
        {
            Incomplete = item.Manifest.Incomplete,
            Pending = PendingOf(item) | (kind == OutcomeKind.Created ? first.PendingOf(item) : PendingWork.None),
        }.With(altered);
        return item.Manifest.Status is null || context.Manager.DryRun
            ? outcome
            : await status.WriteAsync(item, outcome, live, cancellation);
    }

    /// <summary>
    /// An earlier attempt wrote it and could not record it: owners that came after it, and replicas and finalizers that it may have been
    /// given since, are the last passes' concern.
    /// </summary>
    /// <param name="sent">What that attempt sent. It is changed.</param>
    public async Task<StepOutcome> FoundAsync(
        WorkItem item,
        OutcomeKind kind,
        string? note,
        JsonObject sent,
        ReadOnlyMemory<byte> now,
        JsonObject live,
        CancellationToken cancellation
    )
    {
        if (item.Manifest.Replicas is not null)
            sent.Object("spec")?.Remove("replicas");
        if (kind == OutcomeKind.Created)
            sent = Finalizers.WithoutLate(context.Plan.Request, sent);
        var outcome = await DoneAsync(item, kind, note, new(ManifestJson.Write(sent), now), live, cancellation);
        return item.Owners.References.Count == 0 ? outcome : outcome with { Pending = outcome.Pending | PendingWork.Owners };
    }

    /// <summary>The outcome of a write that the server refused.</summary>
    /// <param name="over">How a live object was to be written over; null: it was to be created.</param>
    public async Task<StepOutcome> RefusedAsync(WorkItem item, WriteResult answer, CancellationToken cancellation, StepAction? over = null)
    {
        var ns = context.Index.NamespaceOf(item.Step.Namespace);
        var outcome = ServerRefusal.Outcome(item.Step, answer, item.Body, ns is not null && !context.Outcomes.IsFinal(ns.Number), over);
        if (ServerRefusal.IsOfABackend(answer))
            context.Unavailable.Failed(item.Step.Resource, outcome.Reason!);
        return outcome.Kind == OutcomeKind.Failed && await context.Webhooks.MayAllowLaterAsync(answer, cancellation)
            ? outcome with
            {
                Kind = OutcomeKind.Deferred,
            }
            : outcome;
    }

    // Servers check a Service's ports and addresses, and quotas, before names: what an object has itself is taken, and it is refused for
    // that.
    private async Task<bool> IsThereAsync(WorkItem item, CancellationToken cancellation) =>
        (await context.Writer.GetAsync(item.Type, item.Step.Namespace, item.Step.Name, cancellation)).Status == WriteStatus.Done;

    private static PendingWork PendingOf(WorkItem item) =>
        (item.Owners.Missing is null ? PendingWork.None : PendingWork.Owners)
        | (item.Manifest.Replicas is null ? PendingWork.None : PendingWork.Replicas)
        | (item.Manifest.ManagedFields is null ? PendingWork.None : PendingWork.ManagedFields)
        | (SnapshotRemoval.IsNeeded(item.Step) ? PendingWork.Snapshot : PendingWork.None)
        | (item.Step.Resource == KnownTypes.CustomResourceDefinitions ? PendingWork.Established : PendingWork.None);

    // Older servers serve a new custom type a moment after they say that it is established.
    private async Task<WriteResult> PostAsync(WorkItem item, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause *= 2)
        {
            var answer = await context.Writer.CreateAsync(item.Type, item.Step.Namespace, body, context.Manager, cancellation);
            var comesSoon = answer is { Status: WriteStatus.NotFound, Missing: MissingPart.Type } && context.IsFresh(item.Step);
            if (!comesSoon || context.Time.GetElapsedTime(began) + pause > FreshTypePatience)
                return answer;
            await Task.Delay(pause, context.Time, cancellation);
        }
    }
}

/// <summary>A write as it was sent, and the object as it now is.</summary>
internal readonly record struct Exchange(ReadOnlyMemory<byte> Sent, ReadOnlyMemory<byte> Answer);
