using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Applying;

/// <summary>An object of the target that is being deleted, and that a step waits to make again.</summary>
/// <param name="Reason">What it waits for, in the target's own words where it has some.</param>
/// <param name="Revision">The object's resourceVersion when it was last seen.</param>
/// <param name="IsHeld">Only something outside Kubernetes, or a repair, will let go of it.</param>
/// <param name="Unchanged">Since when it is at this revision, as a timestamp of the clock.</param>
internal sealed record PendingDeletion(string Reason, string? Revision, bool IsHeld, long Unchanged);

/// <summary>
/// What the restore waits to see deleted. Nothing waits at its place for it: a step whose object is still going is deferred, what lies in
/// it too, and the rest continues. Thread-safe.
/// </summary>
internal sealed class PendingDeletions(ApplyLimits limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, PendingDeletion> pending = new();

    public PendingDeletion? Of(int step) => pending.GetValueOrDefault(step);

    /// <summary>The object is still there.</summary>
    /// <returns>The step's outcome for now.</returns>
    public StepOutcome Seen(RestoreStep step, JsonObject live)
    {
        var (holders, failures) = (Holders(live), Failures(live));
        var words = failures.Concat(holders.Count == 0 ? [] : [$"finalizers {string.Join(", ", holders)}"]).Concat(Remaining(live));
        var reason = $"it is being deleted in the target{(string.Join("; ", words) is { Length: > 0 } held ? $", held by {held}" : "")}";
        var now = new PendingDeletion(
            reason,
            live.Revision(),
            failures.Count > 0 || holders.Any(Finalizers.IsForeign),
            time.GetTimestamp()
        );
        pending.AddOrUpdate(
            step.Number,
            now,
            (_, before) => before.Revision == now.Revision ? now with { Unchanged = before.Unchanged } : now
        );
        return new(step.Number, OutcomeKind.Deferred, reason);
    }

    public void Gone(RestoreStep step) => pending.TryRemove(step.Number, out _);

    /// <summary>How much longer the step's object is waited for; null: it isn't known to be deleted.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan? Patience(RestoreStep step, TimeSpan waited)
    {
        if (Of(step.Number) is not { } deletion)
            return null;
        var left = (PlanIndex.IsContainer(step) ? limits.Deletion : limits.Settling) - waited;
        var stalled = limits.Held - time.GetElapsedTime(deletion.Unchanged);
        return deletion.IsHeld && stalled < left ? stalled : left;
    }

    private static List<string> Holders(JsonObject live) =>
        [
            .. Texts(live.Object("metadata").Array("finalizers")),
            .. Texts(live.Object("spec").Array("finalizers")).Where(f => f != "kubernetes"),
            .. InContent(live),
        ];

    /// <summary>
    /// A namespace says in words which finalizers its content has: "Some content in the namespace has finalizers remaining:
    /// example.com/hold in 1 resource instances".
    /// </summary>
    private static IEnumerable<string> InContent(JsonObject live) =>
        True(live, "NamespaceFinalizersRemaining")
            .Select(message => message.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .SelectMany(parts => parts[1].Split(", "))
            .Select(item => item.Split(" in ")[0].Trim());

    // A definition waits a minute for its instances, then says that it does.
    private static List<string> Failures(JsonObject live) =>
        [
            .. NamespaceConditions.OfFailure.SelectMany(type => True(live, type)),
            .. live.Object("status")
                .Objects("conditions")
                .Where(c => c.Text("type") == "Terminating" && c.Text("reason") is "InstanceDeletionFailed" or "InstanceDeletionCheck")
                .Select(c => c.Text("message") ?? ""),
        ];

    private static IEnumerable<string> Remaining(JsonObject live) => True(live, "NamespaceContentRemaining");

    private static IEnumerable<string> True(JsonObject live, string type) =>
        live.Object("status")
            .Objects("conditions")
            .Where(c => c.Text("type") == type && c.Text("status") == "True")
            .Select(c => c.Text("message"))
            .OfType<string>();

    private static IEnumerable<string> Texts(JsonArray? items) => items?.Select(i => i?.ToString()).OfType<string>() ?? [];
}
