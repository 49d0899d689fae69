using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Protection.Restore.Rules;

namespace Holdfast.Protection.Restore.Applying;

/// <param name="StillThere">Why it isn't gone after the longest wait; null: it is gone.</param>
internal sealed record DeletionEnd(string? StillThere);

/// <summary>Waits for a namespace or CustomResourceDefinition that is being deleted, since everything in it waits too.</summary>
internal sealed class DeletionWait(ApplyContext context)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public static bool IsWorthwhile(RestoreStep step) => step.Resource is PlanIndex.Namespaces or PlanIndex.CustomResourceDefinitions;

    /// <returns>Null: the budget ran out first.</returns>
    public async Task<DeletionEnd?> UntilGoneAsync(RestoreStep step, ApiResource type, StageSlice slice, Deadline deadline, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
        {
            var answer = await context.Writer.GetAsync(type, step.Namespace, step.Name, cancellation);
            if (answer.Status == WriteStatus.NotFound)
                return new(StillThere: null);
            if (slice.Waited + deadline.Elapsed >= context.Limits.Deletion)
                return new($"it is being deleted in the target and still there after {context.Limits.Deletion.TotalMinutes:0} minutes: {Conditions(answer)}. Clear what holds it, then plan again");
            if (deadline.Left < pause)
                return null;
            await Task.Delay(pause, context.Time, cancellation);
        }
    }

    // The namespace's own words: which API group can't be listed, which finalizers remain.
    private static string Conditions(WriteResult answer)
    {
        if (answer.Status != WriteStatus.Done)
            return answer.Message ?? "it can't be read";
        var live = ManifestJson.Parse(answer.Body.Span);
        var conditions = live.Object("status").Objects("conditions").Where(c => c.Text("status") == "True" && c.Text("message") is { Length: > 0 }).Select(c => c.Text("message"));
        var text = string.Join("; ", conditions);
        return text.Length > 0 ? text : $"finalizers {string.Join(", ", (live.Object("metadata").Array("finalizers") ?? live.Object("spec").Array("finalizers") ?? []).Select(f => f?.ToString()))}";
    }
}
