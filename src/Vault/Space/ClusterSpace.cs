using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Vault.Pruning;

namespace Holdfast.Vault.Space;

/// <summary>Bytes of manifests: as they are, and as they lie in packs.</summary>
/// <param name="Raw">Of each content once, however many points name it.</param>
/// <param name="Stored">The same, compressed.</param>
public readonly record struct Content(long Raw, long Stored)
{
    public static Content operator +(Content a, Content b) => new(a.Raw + b.Raw, a.Stored + b.Stored);
}

/// <summary>What one type or namespace takes in all points together.</summary>
/// <param name="Name">A group-resource or a namespace; empty: cluster scope.</param>
/// <param name="Content">Of each content once.</param>
public sealed record SpaceShare(string Name, Content Content);

/// <summary>What the points of one day added.</summary>
/// <param name="Day">UTC, of the time at which the revisions were pinned.</param>
/// <param name="Points">Points of that day.</param>
/// <param name="Added">Content that no earlier point names.</param>
public sealed record DayOfGrowth(DateOnly Day, int Points, Content Added);

/// <summary>What the unexpired points of a cluster take, and why.</summary>
public sealed record ClusterSpace
{
    public required ClusterName Cluster { get; init; }
    public required int Points { get; init; }

    /// <summary>Raw bytes of all points, each counted whole.</summary>
    public required long PointBytes { get; init; }

    /// <summary>Each content once.</summary>
    public required Content Content { get; init; }

    /// <summary>The part of it that more than one point names.</summary>
    public required Content Shared { get; init; }

    /// <summary>All packs that there are, those that nothing needs any more among them.</summary>
    public required PackTotal Packs { get; init; }

    /// <summary>The largest first.</summary>
    public required ImmutableArray<SpaceShare> Types { get; init; }

    /// <summary>The largest first.</summary>
    public required ImmutableArray<SpaceShare> Namespaces { get; init; }

    /// <summary>Days with points, oldest first.</summary>
    public required ImmutableArray<DayOfGrowth> Growth { get; init; }

    /// <summary>Points that weren't counted, with the reasons, for a person.</summary>
    public required ImmutableArray<string> Unread { get; init; }
}
