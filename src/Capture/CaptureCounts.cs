namespace Holdfast.Capture;

/// <summary>What was exported so far: by a unit, a capture or a fleet. Counts of parts add up to that of the whole.</summary>
/// <remarks>
/// The JSON reader assigns init-only members in an order of its own, also those that are missing, and other members as it reads them.
/// Members that may be read under an earlier name are therefore settable.
/// </remarks>
public record CaptureCounts
{
    /// <summary>Units of a capture, clusters of a fleet, that are finished.</summary>
    public int Done { get; set; }

    /// <summary>Objects read, or reused from an earlier point.</summary>
    public long Objects { get; init; }

    /// <summary>Raw bytes of these objects.</summary>
    public long Bytes { get; init; }

    /// <summary>Lists that can't be read, which are gaps of the point; clusters whose capture didn't succeed.</summary>
    public int Failed { get; set; }

    public static CaptureCounts operator +(CaptureCounts one, CaptureCounts other) =>
        new()
        {
            Done = one.Done + other.Done,
            Objects = one.Objects + other.Objects,
            Bytes = one.Bytes + other.Bytes,
            Failed = one.Failed + other.Failed,
        };
}
