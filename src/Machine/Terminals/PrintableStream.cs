using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.Machine.Terminals;

/// <summary>
/// Takes JSON, and YAML whose strings with such characters are in double quotes, as UTF-8, and passes them on with everything that a
/// terminal would obey or hide as <c>\u001b</c>: inside strings, the only place for it, that is the same document. Line ends and tabs pass.
/// Not thread-safe; doesn't close what it writes to.
/// </summary>
public sealed class PrintableStream(Stream target) : Stream
{
    private static readonly SearchValues<byte> Shown = SearchValues.Create([
        (byte)'\n',
        (byte)'\t',
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c),
    ]);

    /// <summary>The beginning of a character whose rest has yet to come.</summary>
    private readonly byte[] begun = new byte[4];
    private int begunLength;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (begunLength > 0 && buffer.Length > 0)
        {
            begun[begunLength++] = buffer[0];
            buffer = buffer[1..];
            var length = begunLength;
            begunLength = 0;
            Pass(begun.AsSpan(0, length));
        }
        Pass(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>A character that is cut short here is none.</summary>
    public override void Flush()
    {
        if (begunLength > 0)
            Escape(Rune.ReplacementChar);
        begunLength = 0;
        target.Flush();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var plain = bytes.IndexOfAnyExcept(Shown) is var suspect and >= 0 ? suspect : bytes.Length;
            target.Write(bytes[..plain]);
            bytes = bytes[plain..];
            if (bytes.Length == 0)
                return;
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(begun);
                begunLength = bytes.Length;
                return;
            }
            if (status == OperationStatus.Done && Printable.IsShown(rune))
                target.Write(bytes[..length]);
            else
                Escape(rune);
            bytes = bytes[length..];
        }
    }

    private void Escape(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        var count = rune.EncodeToUtf16(units);
        foreach (var unit in units[..count])
            target.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}")));
    }
}
