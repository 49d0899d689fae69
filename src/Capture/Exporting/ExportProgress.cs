namespace Holdfast.Capture.Exporting;

/// <summary>Counts what passes while units are exported, and shows it on a progress display. Thread-safe.</summary>
/// <param name="display">Null: nothing is shown.</param>
/// <param name="expected">Objects of the whole capture.</param>
/// <param name="units">Units to export.</param>
public sealed class ExportProgress(IProgress<CaptureProgress>? display = null, long expected = 0, int units = 0)
{
    private long objects,
        bytes;
    private int done;

    internal void Add(long moreObjects, long moreBytes)
    {
        Interlocked.Add(ref objects, moreObjects);
        Interlocked.Add(ref bytes, moreBytes);
        Show();
    }

    internal void UnitDone()
    {
        Interlocked.Increment(ref done);
        Show();
    }

    private void Show() =>
        display?.Report(
            new("exporting", Interlocked.Read(ref objects), expected, Interlocked.Read(ref bytes), Volatile.Read(ref done), units)
        );
}
