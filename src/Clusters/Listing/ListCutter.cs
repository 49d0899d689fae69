using System.Buffers;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Cuts one list into its items while it arrives: fill <see cref="Space"/>, call <see cref="Advance"/>, and <see cref="Complete"/> at the end. Each item goes to the receiver once its last
/// byte is there. Memory is the largest item and one read; nothing is allocated for an item. Not thread-safe; after an exception it can only be disposed.
/// </summary>
internal abstract class ListCutter : IDisposable
{
    private const int ReadBytes = 128 << 10;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * ReadBytes);
    private int filled;

    /// <summary>The list's resourceVersion; null until it was read.</summary>
    public string? Revision { get; protected set; }

    /// <summary>Null: the last page, or not read yet.</summary>
    public string? Continue { get; protected set; }
    public long? Remaining { get; protected set; }
    public int Items { get; protected set; }
    public long Bytes { get; private set; }

    /// <summary>Where to read into; at least half of what a read may bring.</summary>
    public Memory<byte> Space
    {
        get
        {
            if (buffer.Length - filled < ReadBytes / 2)
                MakeRoom();
            return buffer.AsMemory(filled);
        }
    }

    /// <summary>The first byte that is still needed: that of an item whose end has not come yet, or <see cref="Parsed"/>.</summary>
    protected int Keep { get; set; }

    /// <summary>Up to where the bytes were understood.</summary>
    protected int Parsed { get; set; }

    protected ReadOnlySpan<byte> Unparsed => buffer.AsSpan(Parsed, filled - Parsed);

    /// <summary>Takes in what was read into <see cref="Space"/>, delivering the items that it completes.</summary>
    /// <exception cref="InvalidDataException">It isn't a list.</exception>
    public void Advance(int bytes)
    {
        filled += bytes;
        Bytes += bytes;
        Parse(final: false);
    }

    /// <summary>The response has ended.</summary>
    /// <exception cref="InvalidDataException">The list has not, or it never was one.</exception>
    public void Complete()
    {
        Parse(final: true);
        if (!IsComplete)
            throw NotAList();
    }

    public void Dispose()
    {
        var rented = buffer;
        buffer = [];
        Keep = Parsed = filled = 0;
        if (rented.Length > 0)
            ArrayPool<byte>.Shared.Return(rented);
    }

    protected static InvalidDataException NotAList(Exception? inner = null) => new("The answer is not a complete Kubernetes list; if that stays so, look at what stands between here and the API server.", inner);

    /// <summary>Understands as much of <see cref="Unparsed"/> as is there.</summary>
    protected abstract void Parse(bool final);

    /// <summary>A whole list, and nothing behind it, was understood.</summary>
    protected abstract bool IsComplete { get; }

    /// <summary>The bytes from <see cref="Keep"/> on.</summary>
    protected ReadOnlySpan<byte> Kept(int length) => buffer.AsSpan(Keep, length);

    private void MakeRoom()
    {
        var kept = filled - Keep;
        var target = kept > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(buffer.Length * 2) : buffer;
        buffer.AsSpan(Keep, kept).CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = target;
        }
        Parsed -= Keep;
        filled = kept;
        Keep = 0;
    }
}
