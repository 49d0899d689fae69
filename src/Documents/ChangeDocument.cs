using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Comparing;

namespace Holdfast.Documents;

/// <summary>An object that differs between two states of a cluster. Fields may be added, never renamed or removed.</summary>
public sealed record ChangeDocument
{
    /// <summary><c>added</c>, <c>removed</c> or <c>changed</c>.</summary>
    public required string Change { get; init; }
    public required string Resource { get; init; }
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required string? Namespace { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyList<ChangedFieldDocument> Diff { get; init; }

    public static ChangeDocument Of(ObjectChange change) =>
        new()
        {
            Change = WordOf(change.Kind),
            Resource = change.Resource,
            ApiVersion = change.ApiVersion,
            Kind = change.ObjectKind,
            Namespace = change.Namespace,
            Name = change.Name,
            Diff = [.. change.Diff.Select(ChangedFieldDocument.Of)],
        };

    public static string WordOf(ObjectChangeKind kind) => kind.ToString().ToLowerInvariant();
}

/// <param name="Path">A JSON pointer.</param>
/// <param name="Before">JSON text; null: absent. Of secret data a digest.</param>
/// <param name="After">The same of the later state.</param>
/// <param name="Label">The path with items of lists by what distinguishes them.</param>
/// <param name="Reordered">Only the order of the list differs: before and after are the labels of its items.</param>
public sealed record ChangedFieldDocument(string Path, string? Before, string? After, string Label, bool Reordered)
{
    public static ChangedFieldDocument Of(FieldDiff diff) => new(diff.Path, diff.Live, diff.Desired, diff.Name, diff.Reordered == true);
}
