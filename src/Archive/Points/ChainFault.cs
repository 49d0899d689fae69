using Holdfast.Archive.Format;

namespace Holdfast.Archive.Points;

public enum ChainFaultKind
{
    /// <summary>A seal that another names isn't there.</summary>
    Missing,

    /// <summary>A seal is another than the one that was there when the next was written.</summary>
    Swapped,

    /// <summary>A seal's number doesn't follow from those before it.</summary>
    Gap,

    /// <summary>What lies there is no seal that any program wrote.</summary>
    Unreadable,

    /// <summary>A seal that the trusted keys, or its place behind signed ones, speak against.</summary>
    Untrusted,
}

/// <summary>Something that is wrong with how a cluster's seals follow each other.</summary>
/// <param name="Point">Whose seal it is.</param>
/// <param name="Message">For a person.</param>
public sealed record ChainFault(ChainFaultKind Kind, PointId Point, string Message);
