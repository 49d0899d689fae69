using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>Writes an object's status right after the object itself: before its controller, if possible. Thread-safe.</summary>
internal sealed class StatusWrites(ApplyContext context)
{
    private readonly WriteOptions options = context.Manager with { Subresource = "status" };

    /// <returns>The outcome, with the status pending where it could not be written.</returns>
    public async Task<StepOutcome> WriteAsync(WorkItem item, StepOutcome outcome, JsonObject? live, CancellationToken cancellation)
    {
        // A replaced object's status is made equal: what only the live one has is removed.
        var from = outcome.Kind == OutcomeKind.Replaced ? live.Object("status") : null;
        var patch = new JsonObject { ["status"] = MergePatch.Between(from, item.Manifest.Status!) };
        var answer = await context.Writer.MergePatchAsync(
            item.Type,
            item.Step.Namespace,
            item.Step.Name,
            ManifestJson.Write(patch),
            options,
            cancellation
        );
        return answer.Status == WriteStatus.Done
            ? outcome
                .Without(PendingWork.Status)
                .With(WrittenDifferences.OfPart("status", item.Manifest.Status!, answer.Body, context.IsCustom(item.Type)))
            : outcome with
            {
                Pending = outcome.Pending | PendingWork.Status,
                Open = $"its status could not be written: {answer.Message}",
            };
    }
}

/// <summary>JSON merge patches (RFC 7396). Pure.</summary>
internal static class MergePatch
{
    /// <summary>What turns <paramref name="from"/> into <paramref name="to"/>; repeats what is equal already.</summary>
    public static JsonObject Between(JsonObject? from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in to)
            patch[name] = value is JsonObject child ? Between(from.Object(name), child) : value?.DeepClone();
        foreach (var (name, _) in from ?? [])
        {
            if (!to.ContainsKey(name))
                patch[name] = null;
        }
        return patch;
    }
}
