using Holdfast.Archive.Format;

namespace Holdfast.Archive.Points;

public enum ChainFaultKind
{
    /// <summary>A seal that another names isn't there.</summary>
    Missing,

    /// <summary>A seal isn't the one that existed when the next was written.</summary>
    Swapped,

    /// <summary>A seal's number doesn't follow from those before it.</summary>
    Gap,

    /// <summary>The blob isn't a seal that a Holdfast program wrote.</summary>
    Unreadable,

    /// <summary>A seal that isn't trusted because of its keys, or because of its place after signed ones.</summary>
    Untrusted,
}

/// <summary>A fault in a cluster's chain of seals.</summary>
/// <param name="Point">Whose seal it is.</param>
/// <param name="Message">For a person.</param>
public sealed record ChainFault(ChainFaultKind Kind, PointId Point, string Message);
