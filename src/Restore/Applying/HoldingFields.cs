using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Fields that keep a controller from acting on an object. A server that doesn't know such a field drops it, and what was on hold begins
/// the moment it is created: a dry run shows that before. Thread-safe.
/// </summary>
internal sealed class HoldingFields(ApplyContext context)
{
    /// <returns>The outcome of a step that may not be written; null: the target keeps what holds the object, or nothing does.</returns>
    public async Task<StepOutcome?> RefusalAsync(WorkItem item, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var paths = Of(item.Step.Resource, item.Body, context.IsCustom(item.Type));
        if (paths.Count == 0)
            return null;
        var answer = await context.Writer.CreateAsync(
            item.Type,
            item.Step.Namespace,
            body,
            context.Manager with
            {
                DryRun = true,
            },
            cancellation
        );
        if (answer.Status == WriteStatus.Done)
            return Lost(paths, body, answer.Body) is { } path ? Refusal(item.Step, path) : null;
        // What is there already is decided about by whoever asked for the create.
        return answer.Status == WriteStatus.AlreadyExists
            ? null
            : ServerRefusal
                .Outcome(item.Step, answer, item.Body, namespaceMayCome: true)
                .With($"asked by a dry run, since {paths[0]} keeps it on hold");
    }

    /// <summary>JSON pointers to the fields that hold the object; empty for most.</summary>
    public static IReadOnlyList<string> Of(string groupResource, JsonObject body, bool isCustom)
    {
        var spec = body.Object("spec");
        var found = new List<string>();
        if ((groupResource == KnownTypes.Jobs || isCustom) && spec.Flag("suspend"))
            found.Add("/spec/suspend");
        if (isCustom && spec.Flag("paused"))
            found.Add("/spec/paused");
        if (groupResource == KnownTypes.Jobs && spec.Text("managedBy") is not null)
            found.Add("/spec/managedBy");
        if (groupResource == KnownTypes.Pods && spec.Array("schedulingGates") is { Count: > 0 })
            found.Add("/spec/schedulingGates");
        return found;
    }

    private static string? Lost(IReadOnlyList<string> paths, ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> answer)
    {
        var (asked, given) = (ManifestJson.Parse(sent.Span).Object("spec"), ManifestJson.Parse(answer.Span).Object("spec"));
        return paths.FirstOrDefault(path => !JsonNode.DeepEquals(asked?[path["/spec/".Length..]], given?[path["/spec/".Length..]]));
    }

    private static StepOutcome Refusal(RestoreStep step, string path) =>
        new(
            step.Number,
            OutcomeKind.Failed,
            $"not created: the target drops {path}, which keeps it on hold, and it would begin at once. Restore it by hand once it "
                + "may run, or into a target that knows the field"
        );
}
