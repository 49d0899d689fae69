namespace Holdfast.Restore.Applying;

/// <summary>Until when a slice may start something new. Waiting is cut short at it; a request in flight is not.</summary>
internal sealed class Deadline(TimeProvider time, TimeSpan budget)
{
    private readonly long began = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(began);

    public TimeSpan Left => budget - Elapsed;

    public bool IsOver => Left <= TimeSpan.Zero;
}
