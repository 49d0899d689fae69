using System.Collections.Immutable;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Restore.Comparing;

public enum ObjectChangeKind
{
    /// <summary>Only in the later state.</summary>
    Added,

    /// <summary>Only in the earlier state.</summary>
    Removed,
    Changed,
}

/// <summary>One object that isn't the same in both states.</summary>
/// <param name="Resource">The group-resource.</param>
/// <param name="Diff">
/// Of a changed one: <see cref="FieldDiff.Live"/> is the earlier value, <see cref="FieldDiff.Desired"/> the later. Secret data stands as
/// digests.
/// </param>
public sealed record ObjectChange(
    ObjectChangeKind Kind,
    string Resource,
    string ApiVersion,
    string ObjectKind,
    string? Namespace,
    string Name,
    ImmutableArray<FieldDiff> Diff
);
