using Holdfast.Archive.Format;
using Holdfast.Restore.History;

namespace Holdfast.Documents;

/// <summary>In which points of a cluster objects are, and how they changed. Fields may be added, never renamed or removed.</summary>
public sealed record ObjectHistoryDocument
{
    public required string Cluster { get; init; }

    /// <summary>By object, then in the order of the points.</summary>
    public required IEnumerable<ObjectVersionDocument> Versions { get; init; }

    /// <summary>Points that were passed over and what wasn't compared, with the reasons.</summary>
    public required IEnumerable<string> Notes { get; init; }

    public static ObjectHistoryDocument Of(ClusterName cluster, ObjectVersions found) =>
        new()
        {
            Cluster = cluster.ToString(),
            Versions = [.. found.Versions.Select(ObjectVersionDocument.Of)],
            Notes = found.Notes,
        };
}

/// <summary>A state of an object that points in a row show.</summary>
public sealed record ObjectVersionDocument
{
    /// <summary><c>added</c>, <c>changed</c> or <c>removed</c> at the first of these points.</summary>
    public required string Change { get; init; }
    public required string Resource { get; init; }
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required string? Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>The first point that shows it.</summary>
    public required PointId First { get; init; }
    public required DateTimeOffset FirstTime { get; init; }

    /// <summary>The last one before the next change.</summary>
    public required PointId Last { get; init; }
    public required DateTimeOffset LastTime { get; init; }

    /// <summary>How many points show it.</summary>
    public required int Points { get; init; }

    /// <summary>What changed since the state before; of secret data a digest.</summary>
    public required IReadOnlyList<ChangedFieldDocument> Diff { get; init; }

    public static ObjectVersionDocument Of(ObjectVersion version) =>
        new()
        {
            Change = ChangeDocument.WordOf(version.Change),
            Resource = version.Resource,
            ApiVersion = version.ApiVersion,
            Kind = version.ObjectKind,
            Namespace = version.Namespace,
            Name = version.Name,
            First = version.First,
            FirstTime = version.FirstAt,
            Last = version.Last,
            LastTime = version.LastAt,
            Points = version.Points,
            Diff = [.. version.Diff.Select(ChangedFieldDocument.Of)],
        };
}
