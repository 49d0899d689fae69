namespace Holdfast.TestKit.Storage;

/// <summary>How the driver takes the snapshots of a claim. The default is at once and without an error.</summary>
public sealed record SnapshotFault
{
    public static readonly SnapshotFault None = new();

    /// <summary>
    /// The driver never answers. The content keeps the annotation that it is being created, and as with the real sidecar neither it nor its
    /// VolumeSnapshot can be deleted. The real one writes a DeadlineExceeded error when a call times out (1 minute), this one doesn't.
    /// </summary>
    public static readonly SnapshotFault NeverCut = new() { CutAfter = Timeout.InfiniteTimeSpan };

    /// <summary>It is cut and has a handle, and stays <c>readyToUse: false</c>.</summary>
    public static readonly SnapshotFault NeverReady = new() { ReadyAfter = Timeout.InfiniteTimeSpan };

    /// <summary>How long the driver takes until the cut, from when it is first asked. Infinite: it never answers.</summary>
    public TimeSpan CutAfter { get; init; }

    /// <summary>From the cut until the snapshot can be restored. Infinite: never.</summary>
    public TimeSpan ReadyAfter { get; init; }

    /// <summary>The driver's message when it refuses, with the gRPC code Internal; null: it doesn't.</summary>
    public string? Error { get; init; }

    /// <summary>The driver is asked repeatedly, and succeeds once this fault is no longer given for the claim.</summary>
    public static SnapshotFault Fails(string message) => new() { Error = message };
}
