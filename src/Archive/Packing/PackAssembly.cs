using System.Buffers;
using Holdfast.Archive.Encryption;

namespace Holdfast.Archive.Packing;

/// <summary>
/// Lays parts into packs: bytes of the open part go to the end of the open pack; when it would pass its limit the pack is closed before the
/// part, and the part moves on to a new one.
/// </summary>
/// <param name="isEncrypted">Whether its parts are.</param>
internal sealed class PackAssembly(int packBytes, bool isEncrypted) : Stream
{
    private readonly LinkedList<PackBuffer> full = [];
    private PackBuffer? open;
    private int partStart;

    /// <summary>The open part has become larger than any pack may be; its bytes are ignored until it is dropped.</summary>
    public bool HasOverflowed { get; private set; }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Finishes the open part and returns its place in the pack.</summary>
    public (PackBuffer Pack, int Offset, int Length) ClosePart()
    {
        var pack = open ?? throw new InvalidOperationException("no part is open");
        var placed = (pack, partStart, pack.Length - partStart);
        partStart = pack.Length;
        return placed;
    }

    /// <summary>Encrypts the open part, which is whole. It may overflow then.</summary>
    public void Encrypt(PartCipher cipher)
    {
        var length = open!.Length - partStart;
        var gzip = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            open.Content.Span[partStart..].CopyTo(gzip);
            open.Truncate(partStart);
            cipher.Write(gzip.AsSpan(0, length), this);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gzip, clearArray: true);
        }
    }

    /// <summary>Removes the bytes of the open part, or of the last closed part if none were added since.</summary>
    public void CutBackTo(PackBuffer pack, int offset)
    {
        pack.Truncate(offset);
        if (pack == open)
            partStart = offset;
        else if (offset == 0 && full.Remove(pack))
            pack.Dispose();
    }

    /// <summary>Discards the open part's bytes.</summary>
    public void DropOpenPart()
    {
        open?.Truncate(partStart);
        HasOverflowed = false;
    }

    /// <summary>Still in memory and not handed out for writing.</summary>
    public bool Holds(PackBuffer pack) => pack == open || full.Contains(pack);

    /// <summary>Returns a closed pack, which the caller writes and disposes. Null: none is full.</summary>
    public PackBuffer? TakeFull()
    {
        if (full.First is not { } first)
            return null;
        full.RemoveFirst();
        first.Value.Close();
        return first.Value;
    }

    /// <summary>No more parts follow: the remaining pack counts as full.</summary>
    public void Finish()
    {
        if (open is { Length: > 0 })
            full.AddLast(open);
        else
            open?.Dispose();
        open = null;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (HasOverflowed)
            return;
        open ??= new PackBuffer(packBytes, isEncrypted);
        if (!open.HasRoomFor(buffer.Length) && partStart > 0)
            MoveOn();
        HasOverflowed = !open.TryAppend(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            open?.Dispose();
            open = null;
            foreach (var pack in full)
                pack.Dispose();
            full.Clear();
        }
        base.Dispose(disposing);
    }

    private void MoveOn()
    {
        var next = new PackBuffer(packBytes, isEncrypted);
        // a part that was in one pack fits into another
        next.TryAppend(open!.Content.Span[partStart..]);
        open.Truncate(partStart);
        full.AddLast(open);
        (open, partStart) = (next, 0);
    }
}
