using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>What the API server lets be done to a live CustomResourceDefinition.</summary>
internal static class DefinitionChanges
{
    public static ImmutableArray<string> StoredVersions(JsonObject live) =>
        [.. (live.Object("status").Array("storedVersions") ?? []).Select(v => v?.ToString()).OfType<string>()];

    /// <summary>The decision, or a refusal: a definition must have every version that objects may be stored in.</summary>
    public static StepDecision Possible(StepDecision decision, JsonObject desired, ImmutableArray<string> stored)
    {
        if (decision.Action is not (StepAction.Update or StepAction.Replace))
            return decision;
        var versions = desired.Object("spec").Objects("versions").Select(v => v.Text("name")).ToHashSet(StringComparer.Ordinal);
        var lost = stored.Where(v => !versions.Contains(v)).ToList();
        if (lost.Count == 0)
            return decision;
        var reason =
            $"refused: objects may be stored as {string.Join(", ", lost)}, which the point's definition doesn't have: "
            + "migrate them, take the version out of status.storedVersions, and restore again";
        return new(StepAction.Skip, reason, [.. decision.Diff.Select(d => d with { Stays = true })], Incomplete: true);
    }
}
