namespace Holdfast.Vault.Replication;

/// <summary>How far a replication of one cluster is.</summary>
/// <param name="Points">Copied, of <paramref name="Of"/>.</param>
public sealed record ReplicationProgress(int Points, int Of, int Packs, long Bytes);

/// <summary>Counts what was copied. Thread-safe.</summary>
internal sealed class CopyProgress(int of, IProgress<ReplicationProgress>? shown)
{
    private int points;
    private int packs;
    private long bytes;

    public ReplicationProgress Now => new(points, of, packs, Interlocked.Read(ref bytes));

    public void Add(int length)
    {
        Interlocked.Increment(ref packs);
        Interlocked.Add(ref bytes, length);
        shown?.Report(Now);
    }

    public void AddPoint()
    {
        points++;
        shown?.Report(Now);
    }
}
