using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Planning;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Writes over what is in the target already: as planned, or, where the target has moved since the plan, as the plan would have been.
/// Thread-safe.
/// </summary>
internal sealed class ExistingObjects(ApplyContext context)
{
    private const int Attempts = 5;

    private readonly ObjectWrites writes = new(context);
    private readonly SecretDigests digests = new();

    /// <summary>Does a planned update or replace; or decides about an object that the plan would create and that is there.</summary>
    /// <returns>Null: there is no such object any more.</returns>
    public async Task<StepOutcome?> SettleAsync(WorkItem item, CancellationToken cancellation)
    {
        var step = item.Step;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await context.Writer.GetAsync(item.Type, step.Namespace, step.Name, cancellation);
            if (read.Status != WriteStatus.Done)
                return read.Status == WriteStatus.NotFound ? null : await writes.RefusedAsync(item, read, cancellation);
            var live = ManifestJson.Parse(read.Body.Span);
            if (live.IsBeingDeleted())
                return context.Deletions.Seen(step, live);
            var excluded = await context.Excluded.ReasonAsync(step.Namespace, cancellation);
            // What the live object was given stays with it; the rest of the body is the point's.
            var carried = (JsonObject)item.Body.DeepClone();
            var decision = StepDecision.Decide(
                item.Manifest with
                {
                    Body = carried,
                },
                (JsonObject)live.DeepClone(),
                item.Rules with
                {
                    IsNamespaceExcluded = excluded is not null,
                },
                await context.MergeRulesAsync(item.Type, cancellation),
                digests
            );
            var isPlanned = IsPlannedOver(step);
            if (isPlanned && excluded is not null && !live.IsWrittenBy(context.Manager.FieldManager))
                return new(step.Number, OutcomeKind.Failed, excluded, live.Uid());
            if ((isPlanned ? Planned(step, live, decision) : Appeared(step, live, decision)) is { } settled)
                return settled.IsWritten
                    ? await writes.FoundAsync(item, settled.Kind, settled.Reason, carried, read.Body, live, cancellation)
                    : settled with
                    {
                        Uid = live.Uid(),
                    };
            var action = isPlanned ? step.Action : decision.Action;
            var sent = item.Document(BodyOf(item, action, carried), live);
            var answer = await WriteAsync(item, action, sent, cancellation);
            if (answer.Status == WriteStatus.Done)
            {
                var note = isPlanned ? null : AppearedNote(step, decision);
                return await writes.DoneAsync(item, Done(action), note, new(sent, answer.Body), live, cancellation);
            }
            if (answer.Status is not (WriteStatus.Conflict or WriteStatus.NotFound))
                return await writes.RefusedAsync(item, answer, cancellation, action);
        }
        return new(step.Number, OutcomeKind.Deferred, $"it keeps changing in the target: {Attempts} attempts met another revision each");
    }

    /// <summary>Decides again about an object that the plan found equal, and that has another revision now. Writes nothing.</summary>
    /// <returns>Null: there is no such object any more.</returns>
    public async Task<StepOutcome?> LookAgainAsync(WorkItem item, CancellationToken cancellation)
    {
        var step = item.Step;
        var read = await context.Writer.GetAsync(item.Type, step.Namespace, step.Name, cancellation);
        if (read.Status != WriteStatus.Done)
            return read.Status == WriteStatus.NotFound ? null : await writes.RefusedAsync(item, read, cancellation);
        var live = ManifestJson.Parse(read.Body.Span);
        if (live.IsBeingDeleted())
            return context.Deletions.Seen(step, live);
        // Of definitions planning knows more than the diff: which changes are possible.
        if (step.Resource == KnownTypes.CustomResourceDefinitions)
            return new(step.Number, OutcomeKind.Unchanged, Uid: live.Uid());
        var now = StepDecision.Decide(
            item.Manifest with
            {
                Body = (JsonObject)item.Body.DeepClone(),
            },
            (JsonObject)live.DeepClone(),
            item.Rules,
            await context.MergeRulesAsync(item.Type, cancellation),
            digests
        );
        if (now.Action == StepAction.Unchanged || now.Rebinds)
            return new(step.Number, OutcomeKind.Unchanged, Uid: live.Uid());
        return context.Plan.Request.Existing == ExistingPolicy.Skip
            ? new(step.Number, OutcomeKind.Skipped, $"changed since the plan; {now.Reason}", live.Uid())
            : new(step.Number, OutcomeKind.Failed, "changed since the plan, which found it equal to the point; plan again", live.Uid());
    }

    private static bool IsPlannedOver(RestoreStep step) => step.Action is StepAction.Update or StepAction.Replace;

    private static OutcomeKind Done(StepAction action) => action == StepAction.Update ? OutcomeKind.Updated : OutcomeKind.Replaced;

    /// <summary>A planned update or replace.</summary>
    /// <returns>Null: it is to be written as planned.</returns>
    private StepOutcome? Planned(RestoreStep step, JsonObject live, StepDecision now)
    {
        if (live.Uid() == step.LiveUid && live.Revision() == step.LiveRevision)
            return null;
        if (now.Action == StepAction.Unchanged)
        {
            return live.IsWrittenBy(context.Manager.FieldManager)
                ? new(step.Number, Done(step.Action))
                : new(step.Number, OutcomeKind.Unchanged, "changed since the plan, and is equal to the point now");
        }
        // Only what no diff shows has moved (a status, who manages which field): the plan still says what will be done.
        return live.Uid() == step.LiveUid && now.Action == step.Action && PlanDrift.IsNone(step, now.Diff)
            ? null
            : new(step.Number, OutcomeKind.Failed, "changed since the plan; plan again", live.Uid());
    }

    /// <summary>An object that the plan would create.</summary>
    /// <returns>Null: what is decided now is to be written.</returns>
    private StepOutcome? Appeared(RestoreStep step, JsonObject live, StepDecision now)
    {
        StepOutcome As(OutcomeKind kind, string? reason) => new(step.Number, kind, reason, live.Uid());
        if (live.IsWrittenBy(context.Manager.FieldManager))
            return As(OutcomeKind.Created, null);
        if (IsDefaultAccount(step))
            return now.Action == StepAction.Unchanged ? As(OutcomeKind.Unchanged, null) : null;
        if (step.Related)
            return As(OutcomeKind.Skipped, "appeared since the plan; what others need is never changed");
        if (now.Action == StepAction.Unchanged)
            return As(OutcomeKind.Unchanged, $"appeared since the plan; {now.Reason}");
        if (context.Plan.Request.Existing == ExistingPolicy.Fail)
            return As(OutcomeKind.Failed, "appeared since the plan, and the request says to fail then; plan again");
        return now.Action == StepAction.Skip
            ? As(OutcomeKind.Skipped, $"appeared since the plan; {now.Reason}") with
            {
                Incomplete = now.Incomplete,
            }
            : null;
    }

    private static string AppearedNote(RestoreStep step, StepDecision now) =>
        IsDefaultAccount(step) ? "was made with its namespace; what was missing was merged in" : $"appeared since the plan; {now.Reason}";

    private static bool IsDefaultAccount(RestoreStep step) => step is { Resource: KnownTypes.ServiceAccounts, Name: "default" };

    // An update sends only what the point has, so that the run doesn't come to own what the server gave; an account's lists are sent
    // merged, since newer servers take some of them as a whole.
    private static JsonObject BodyOf(WorkItem item, StepAction action, JsonObject carried) =>
        action == StepAction.Update && item.Step.Resource != KnownTypes.ServiceAccounts ? item.Body : carried;

    // An update is forced: the plan's diff has shown which fields are taken from whom. Unforced, it would fail for every object that
    // another applier has touched since, and those are what is restored.
    private Task<WriteResult> WriteAsync(WorkItem item, StepAction action, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var (type, ns, name) = (item.Type, item.Step.Namespace, item.Step.Name);
        return action == StepAction.Update
            ? context.Writer.ApplyAsync(type, ns, name, body, context.Manager with { Force = true }, cancellation)
            : context.Writer.ReplaceAsync(type, ns, name, body, context.Manager, cancellation);
    }
}

/// <summary>Whether a step would still do what its plan shows. Pure.</summary>
internal static class PlanDrift
{
    /// <summary>
    /// The differences that would be written are those of the plan, a status aside. Secret values can't be compared with those of the plan,
    /// whose digests are its own: any of them counts as drift.
    /// </summary>
    public static bool IsNone(RestoreStep step, ImmutableArray<FieldDiff> now)
    {
        var was = Content(step.Diff);
        return was.SetEquals(Content(now))
            && !(step.Resource == KnownTypes.Secrets && was.Any(d => IsDigest(d.Live) || IsDigest(d.Desired)));
    }

    private static HashSet<FieldDiff> Content(ImmutableArray<FieldDiff> diff) =>
        [
            .. diff.Where(d => !d.Stays && d.Path != "/status" && !d.Path.StartsWith("/status/", StringComparison.Ordinal))
                .Select(d => d with { Label = null }),
        ];

    private static bool IsDigest(string? text) => text?.StartsWith("\"sha256:", StringComparison.Ordinal) == true;
}
