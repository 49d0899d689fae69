using Holdfast.Archive.Format;

namespace Holdfast.Functions.Api.Points;

/// <param name="Id">Sorts by time.</param>
/// <param name="Untrusted">Why the point can't be trusted, or has no place in its cluster's chain; null: it can.</param>
internal sealed record PointSummary(
    string Cluster,
    string ClusterUid,
    PointId Id,
    long Sequence,
    DateTimeOffset PinnedAt,
    string Revision,
    PointState State,
    long Objects,
    long Bytes,
    DateTimeOffset? KeepUntil,
    string? Untrusted
)
{
    public static PointSummary Of(Seal seal, string? untrusted = null) =>
        new(
            seal.Cluster,
            seal.ClusterUid,
            seal.Point,
            seal.Sequence,
            seal.PinnedAt,
            seal.Revision,
            seal.State,
            seal.Objects,
            seal.RawBytes,
            seal.KeepUntil,
            untrusted
        );
}

/// <summary>What a point holds, and what it doesn't and why.</summary>
internal sealed record PointContent
{
    public required PointSummary Point { get; init; }
    public required string ServerVersion { get; init; }
    public required CaptureScope Scope { get; init; }

    /// <summary>The policy that the point was made under; null: a capture by hand.</summary>
    public System.Text.Json.JsonElement? Policy { get; init; }
    public required IReadOnlyList<TypeContent> Types { get; init; }
    public required IReadOnlyList<NamespaceContent> Namespaces { get; init; }
    public required IReadOnlyList<Gap> Gaps { get; init; }

    public static PointContent Of(Seal seal, Inventory inventory) =>
        new()
        {
            Point = PointSummary.Of(seal),
            ServerVersion = inventory.ServerVersion,
            Scope = inventory.Scope,
            Policy = inventory.Policy,
            Types = [.. inventory.Types.Select(TypeContent.Of)],
            Namespaces =
            [
                .. inventory
                    .Segments.GroupBy(s => s.Namespace)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new NamespaceContent(g.Key, g.Sum(s => s.Objects), g.Sum(s => s.Parts.Sum(p => p.RawBytes)))),
            ],
            Gaps = inventory.Gaps,
        };
}

/// <param name="Resource">The group-resource.</param>
/// <param name="Why">The rule that excluded it, or the error.</param>
internal sealed record TypeContent(
    string Resource,
    string ApiVersion,
    string Kind,
    TypeState State,
    string? Why,
    string? Revision,
    bool OwnStore,
    long Objects,
    long ObjectsExcluded,
    long Bytes
)
{
    public static TypeContent Of(TypeEntry entry) =>
        new(
            entry.Type.GroupResource,
            entry.Type.ApiVersion,
            entry.Type.Kind,
            entry.State,
            entry.Rule ?? entry.Error,
            entry.Revision,
            entry.OwnStore,
            entry.Objects,
            entry.ObjectsExcluded,
            entry.RawBytes
        );
}

/// <param name="Namespace">Null: cluster scope.</param>
internal sealed record NamespaceContent(string? Namespace, long Objects, long Bytes);

/// <param name="Before">The earlier point.</param>
/// <param name="After">The later one.</param>
/// <param name="Notes">What was not compared, and why; complete on the last page.</param>
internal sealed record PointComparison(
    PointId Before,
    PointId After,
    IReadOnlyList<ChangedObject> Items,
    IReadOnlyList<string> Notes,
    string? Continuation
);

/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
internal sealed record ChangedObject(
    string Change,
    string Resource,
    string ApiVersion,
    string Kind,
    string? Namespace,
    string Name,
    IReadOnlyList<ChangedField> Fields
);

/// <param name="Path">A JSON pointer.</param>
/// <param name="Before">JSON text; null: absent. Of secret data a digest.</param>
internal sealed record ChangedField(string Path, string? Before, string? After);
