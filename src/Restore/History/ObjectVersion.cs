using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Comparing;

namespace Holdfast.Restore.History;

/// <summary>Which objects are meant.</summary>
/// <param name="Kind">As kubectl takes it: <c>deployment</c>, <c>deployments.apps</c>, <c>Widget</c>.</param>
/// <param name="Namespace">Null: those of that name in any namespace, and in cluster scope.</param>
public sealed record ObjectQuery(string Kind, string Name, string? Namespace);

/// <summary>A state of an object that points in a row show; or that it isn't there.</summary>
/// <param name="Change">How it came about at <paramref name="First"/>: the object was added, changed or removed.</param>
/// <param name="First">The first point that shows it.</param>
/// <param name="Last">The last one before the next change.</param>
/// <param name="Points">How many points show it.</param>
/// <param name="Diff">What changed since the state before, as in <see cref="ObjectChange.Diff"/>: secret data stands as digests.</param>
public sealed record ObjectVersion(
    ObjectChangeKind Change,
    string Resource,
    string ApiVersion,
    string ObjectKind,
    string? Namespace,
    string Name,
    PointId First,
    DateTimeOffset FirstAt,
    PointId Last,
    DateTimeOffset LastAt,
    int Points,
    ImmutableArray<FieldDiff> Diff
);

/// <summary>The states of the objects that were asked for.</summary>
/// <param name="Versions">By object, then in the order of the points.</param>
/// <param name="Notes">What wasn't looked at or compared, and why, for a person.</param>
/// <param name="KindIsKnown">False: no point that was read knows such a kind.</param>
public sealed record ObjectVersions(ImmutableArray<ObjectVersion> Versions, ImmutableArray<string> Notes, bool KindIsKnown)
{
    /// <summary>False: a point couldn't be read or compared; the notes name it.</summary>
    public bool IsComplete { get; init; } = true;
}
