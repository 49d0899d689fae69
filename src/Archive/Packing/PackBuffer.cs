using System.Collections.Concurrent;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Packing;

/// <summary>
/// One pack while it is in memory: compressed or encrypted parts, one behind the other. Its array comes from a small pool of its own,
/// because the shared pool keeps one array of this size for every thread that ever returned one.
/// </summary>
internal sealed class PackBuffer(int capacity, bool isEncrypted) : IDisposable
{
    private const int Pooled = 8;
    private static readonly ConcurrentQueue<byte[]> Spare = new();

    private byte[] content = Rent(capacity);

    public int Length { get; private set; }

    /// <summary>Its parts are.</summary>
    public bool IsEncrypted => isEncrypted;

    /// <summary>Set when the pack is closed; its name.</summary>
    public ContentDigest Digest { get; private set; }

    /// <summary>The store's version of the written pack.</summary>
    public string? Version { get; set; }

    public ReadOnlyMemory<byte> Content => content.AsMemory(0, Length);

    public bool HasRoomFor(int bytes) => Length + bytes <= capacity;

    /// <summary>False: the pack would have more bytes than any may have, and is left as it is.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > FormatLimits.PackBytes)
            return false;
        if (Length + bytes.Length > content.Length)
            Array.Resize(ref content, Math.Min(Math.Max(Length + bytes.Length, content.Length * 2), FormatLimits.PackBytes));
        bytes.CopyTo(content.AsSpan(Length));
        Length += bytes.Length;
        return true;
    }

    public void Truncate(int length) => Length = length;

    public void Close() => Digest = ContentDigest.Of(Content.Span);

    public void Dispose()
    {
        if (content.Length == PackLimits.Default.PackBytes && Spare.Count < Pooled)
            Spare.Enqueue(content);
        content = [];
        Length = 0;
    }

    private static byte[] Rent(int capacity) =>
        capacity == PackLimits.Default.PackBytes && Spare.TryDequeue(out var spare) ? spare : GC.AllocateUninitializedArray<byte>(capacity);
}
