namespace Holdfast.Clusters.Listing;

/// <summary>Walks the fields of one protobuf message. Source: https://protobuf.dev/programming-guides/encoding/</summary>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private readonly ReadOnlySpan<byte> message = message;
    private int position;

    public int Number { get; private set; }

    /// <summary>Where the field began.</summary>
    public int Start { get; private set; }

    /// <summary>Behind the field.</summary>
    public readonly int End => position;

    /// <summary>Of a string, bytes or message field; empty for a number.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Of a varint field.</summary>
    public ulong Value { get; private set; }

    /// <summary>Moves to the next field; false at the message's end.</summary>
    /// <exception cref="InvalidDataException">The message ends inside a field, or isn't protobuf.</exception>
    public bool Next()
    {
        Start = position;
        if (position == message.Length)
            return false;
        var tag = Read();
        Number = (int)(tag >> 3);
        Bytes = default;
        Value = 0;
        switch ((int)tag & 7)
        {
            case Varint:
                Value = Read();
                break;
            case Fixed64:
                Take(8);
                break;
            case Delimited:
                Bytes = Take(Read());
                break;
            case Fixed32:
                Take(4);
                break;
            default:
                throw Torn();
        }
        return true;
    }

    /// <summary>Reads a field's tag and, of a string, bytes or message field, its length, without needing the rest.</summary>
    /// <returns>The length of both in bytes; 0 if they haven't arrived completely.</returns>
    /// <exception cref="InvalidDataException">The field is of another type.</exception>
    public static int ReadDelimitedHeader(ReadOnlySpan<byte> bytes, out int number, out int length)
    {
        number = length = 0;
        if (!TryRead(bytes, out var tag, out var tagSize) || !TryRead(bytes[tagSize..], out var size, out var sizeSize))
            return 0;
        if ((tag & 7) != Delimited || size > int.MaxValue)
            throw Torn();
        number = (int)(tag >> 3);
        length = (int)size;
        return tagSize + sizeSize;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out ulong value, out int size)
    {
        value = 0;
        for (size = 0; size < bytes.Length; size++)
        {
            if (size == 10)
                throw Torn();
            value |= (ulong)(bytes[size] & 0x7f) << (7 * size);
            if (bytes[size] < 0x80)
            {
                size++;
                return true;
            }
        }
        return false;
    }

    private ulong Read()
    {
        if (!TryRead(message[position..], out var value, out var size))
            throw Torn();
        position += size;
        return value;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(message.Length - position))
            throw Torn();
        var taken = message.Slice(position, (int)length);
        position += (int)length;
        return taken;
    }

    private static InvalidDataException Torn() => new("the answer isn't complete protobuf");
}
