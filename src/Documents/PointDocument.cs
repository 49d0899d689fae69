using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Documents;

/// <summary>A recovery point, as its seal describes it. Fields may be added, never renamed or removed.</summary>
public sealed record PointDocument
{
    /// <summary>Sorts by time.</summary>
    public required PointId Point { get; init; }
    public required string Cluster { get; init; }
    public required string ClusterUid { get; init; }
    public required long Sequence { get; init; }

    /// <summary>When its revision was pinned.</summary>
    public required DateTimeOffset Time { get; init; }
    public required string Revision { get; init; }
    public required PointState State { get; init; }
    public required long Objects { get; init; }
    public required long Bytes { get; init; }

    /// <summary>Until when storage refuses deletion.</summary>
    public required DateTimeOffset? KeepUntil { get; init; }

    /// <summary>Its seal's number and SHA-256, for <c>verify --expect-head</c>; only in listings.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Head { get; init; }

    /// <summary>Why the point can't be trusted, or has no place in its cluster's chain; left out where it can.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Untrusted { get; init; }

    public static PointDocument Of(CheckedPoint listed) =>
        Of(listed.Point.Seal) with
        {
            Head = ChainHead.Of(listed.Point).ToString(),
            Untrusted = listed.Untrusted,
        };

    public static PointDocument Of(Seal seal) =>
        new()
        {
            Point = seal.Point,
            Cluster = seal.Cluster.ToString(),
            ClusterUid = seal.ClusterUid.ToString(),
            Sequence = seal.Sequence,
            Time = seal.PinnedAt,
            Revision = seal.Revision.ToString(),
            State = seal.State,
            Objects = seal.Objects,
            Bytes = seal.RawBytes,
            KeepUntil = seal.KeepUntil,
        };
}
