namespace Holdfast.Capture.Exporting;

/// <summary>Counts what passes while units are exported, for a progress display. Thread-safe.</summary>
public sealed class ExportProgress
{
    private long objects,
        bytes;

    /// <summary>Called after every page.</summary>
    public Action? Changed { get; init; }

    public long Objects => Interlocked.Read(ref objects);

    public long Bytes => Interlocked.Read(ref bytes);

    internal void Add(long moreObjects, long moreBytes)
    {
        Interlocked.Add(ref objects, moreObjects);
        Interlocked.Add(ref bytes, moreBytes);
        Changed?.Invoke();
    }
}
