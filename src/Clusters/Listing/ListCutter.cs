using System.Buffers;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Splits a list into its items while it arrives: fill <see cref="Space"/>, call <see cref="Advance"/>, and <see cref="Complete"/> at the
/// end. Each item goes to the receiver once its last byte is there. Memory is the largest item that the limits allow and one read; nothing
/// is allocated for an item. Not thread-safe; after an exception it can only be disposed.
/// </summary>
internal abstract class ListCutter(AnswerLimits limits) : IDisposable
{
    private const int ReadBytes = 128 << 10;

    /// <summary>Larger buffers are rarely needed, and are released instead of staying in the pool.</summary>
    private const int LargestPooled = 1 << 20;

    /// <summary>Far more objects than any store holds: fails an endless answer.</summary>
    private const int MostItems = 50_000_000;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * ReadBytes);
    private int filled;
    private long lastItemAt;

    /// <summary>The list's resourceVersion; null until it was read.</summary>
    public string? Revision { get; protected set; }

    /// <summary>Null: the last page, or not read yet.</summary>
    public string? Continue { get; protected set; }
    public long? Remaining { get; protected set; }
    public int Items { get; private set; }
    public long Bytes { get; private set; }

    protected AnswerLimits Limits => limits;

    /// <summary>The buffer to read into; at least half of a read's maximum.</summary>
    public Memory<byte> Space
    {
        get
        {
            if (buffer.Length - filled < ReadBytes / 2)
                MakeRoom();
            return buffer.AsMemory(filled);
        }
    }

    /// <summary>The first byte that is still needed: the start of an unfinished item, or <see cref="Parsed"/>.</summary>
    protected int Keep { get; set; }

    /// <summary>The end of the parsed bytes.</summary>
    protected int Parsed { get; set; }

    /// <summary>Where <see cref="Parsed"/> is in the answer, from its first byte.</summary>
    protected long Position => Bytes - (filled - Parsed);

    /// <summary>Bytes that are still needed.</summary>
    protected int Held => filled - Keep;

    protected ReadOnlySpan<byte> Unparsed => buffer.AsSpan(Parsed, filled - Parsed);

    /// <summary>Parses what was read into <see cref="Space"/>, delivering the items that it completes.</summary>
    /// <exception cref="InvalidDataException">It isn't a list.</exception>
    /// <exception cref="ClusterException">TooLarge: something in it that can't be skipped exceeds the limits.</exception>
    public void Advance(int bytes)
    {
        filled += bytes;
        Bytes += bytes;
        Parse(final: false);
        if (Held > limits.ObjectBytes)
            PassOver();
        if (Held > limits.ObjectBytes + ReadBytes || Position - lastItemAt > limits.BetweenObjects || Items > MostItems)
            throw TooLarge();
    }

    /// <summary>The response has ended.</summary>
    /// <exception cref="InvalidDataException">The list has not, or it isn't a list.</exception>
    public void Complete()
    {
        Parse(final: true);
        if (!IsComplete)
            throw NotAList();
    }

    public void Dispose()
    {
        var used = buffer;
        buffer = [];
        Keep = Parsed = filled = 0;
        Release(used);
    }

    protected static InvalidDataException NotAList(Exception? inner = null) =>
        new("The answer isn't a complete Kubernetes list; if it happens again, check the proxies between here and the API server.", inner);

    protected ClusterException TooLarge() =>
        new(
            ClusterFailure.TooLarge,
            $"after {Items} of its items the list contains something larger than the {limits.ObjectBytes} bytes that are read of one "
                + $"object, and it can't be skipped. If such objects are legitimate, raise {AnswerLimits.ObjectVariable}; else "
                + "exclude "
                + "the type"
        );

    /// <summary>Parses as much of <see cref="Unparsed"/> as possible.</summary>
    protected abstract void Parse(bool final);

    /// <summary>The kept bytes exceed the limit for an object: keeps only what is needed to find its end.</summary>
    protected abstract void PassOver();

    /// <summary>The whole list was parsed, with nothing after it.</summary>
    protected abstract bool IsComplete { get; }

    /// <summary>The bytes from <see cref="Keep"/> on.</summary>
    protected ReadOnlySpan<byte> Kept(int length) => buffer.AsSpan(Keep, length);

    /// <summary>Changes the first byte of <see cref="Unparsed"/>.</summary>
    protected void Replace(byte first) => buffer[Parsed] = first;

    protected void CountItem()
    {
        Items++;
        lastItemAt = Position;
    }

    private void MakeRoom()
    {
        var kept = Held;
        var target = kept > buffer.Length / 2 ? Rent(buffer.Length * 2) : buffer;
        buffer.AsSpan(Keep, kept).CopyTo(target);
        if (target != buffer)
        {
            Release(buffer);
            buffer = target;
        }
        Parsed -= Keep;
        filled = kept;
        Keep = 0;
    }

    private static byte[] Rent(int bytes) =>
        bytes <= LargestPooled ? ArrayPool<byte>.Shared.Rent(bytes) : GC.AllocateUninitializedArray<byte>(bytes);

    private static void Release(byte[] used)
    {
        if (used.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(used);
    }
}
