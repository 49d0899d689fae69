namespace Holdfast.Volumes.Running;

/// <summary>How long a capture waits for snapshots.</summary>
public sealed record VolumeLimits
{
    public static readonly VolumeLimits Default = new();

    /// <summary>Until the storage system has cut a snapshot, during which nothing else of the capture happens. Default 2 minutes.</summary>
    public TimeSpan Cut { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Until a snapshot that was cut is ready to use; the objects are exported meanwhile. Default 2 hours.</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Until the data of a snapshot is carried to where the policy wants it, from the cut; the point is sealed after that. Default 12
    /// hours.
    /// </summary>
    public TimeSpan Carried { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Between two looks whether snapshots are ready. Default 15 seconds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(15);
}
