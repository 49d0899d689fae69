using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>What a server-side apply does to a type's objects in the target.</summary>
/// <param name="Schema">Of the type; null when the target publishes none: maps are then merged and lists replaced, as where a schema says nothing.</param>
/// <param name="Reorders">Merged lists take the order of what is applied: since 1.29 (structured-merge-diff 4.4). Before, the live order stays.</param>
public readonly record struct MergeRules(Schema? Schema, bool Reorders)
{
    private static readonly ServerRelease FirstThatReorders = new(1, 29);

    public static readonly MergeRules None = new(null, Reorders: true);

    /// <param name="serverVersion">The API server's <c>gitVersion</c>: <c>v1.36.2</c>. One that can't be read counts as a current one.</param>
    public static MergeRules Of(Schema? schema, string serverVersion) =>
        new(schema, ServerRelease.Parse(serverVersion) is not { } release || !release.IsBefore(FirstThatReorders));
}
