using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Manifests.Comparing;

/// <summary>What a server-side apply does to a type's objects in the target.</summary>
/// <param name="Schema">
/// Of the type; null when the target publishes none, or it can't be read: maps are then taken as merged and lists as replaced.
/// </param>
/// <param name="Reorders">
/// Merged lists take the order of what is applied: since 1.29 (structured-merge-diff 4.4). Before, the live order stays.
/// </param>
/// <param name="Unread">Why the schema can't be read, so that the rules are a guess; null: they are the target's.</param>
public readonly record struct MergeRules(Schema? Schema, bool Reorders, UnreadSchema? Unread = null)
{
    private static readonly ServerRelease FirstThatReorders = new(1, 29);

    public static readonly MergeRules None = new(null, Reorders: true);

    /// <param name="serverVersion">
    /// The API server's <c>gitVersion</c>: <c>v1.36.2</c>. One that can't be read counts as a current one.
    /// </param>
    public static MergeRules Of(PublishedSchema published, string serverVersion) =>
        new(
            published.Schema,
            Reorders: ServerRelease.Parse(serverVersion) is not { } release || !release.IsBefore(FirstThatReorders),
            published.Unread
        );
}
