using System.Numerics;
using System.Runtime.Intrinsics;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Finds the end of a JSON object or array whose content isn't needed, looking only at strings and brackets, 64 bytes per step: several
/// times as fast as reading its tokens. The value may arrive in pieces of any length. Source of the method: Langdale and Lemire, "Parsing
/// Gigabytes of JSON per Second", https://arxiv.org/abs/1902.08318, section 3.1.
/// </summary>
internal struct NestedValue
{
    private const int Block = 64;

    /// <summary>All ones inside a string, else 0.</summary>
    private ulong inString;

    /// <summary>1: the next byte is escaped, else 0.</summary>
    private ulong escaped;
    private int depth;
    private int deepest;

    public readonly bool IsOpen => depth > 0;

    /// <summary>It is nested too deep.</summary>
    public bool IsTooDeep { get; private set; }

    /// <summary>Its opening bracket was read.</summary>
    /// <param name="most">The maximum depth, including itself.</param>
    public void Open(int most = int.MaxValue) => (inString, escaped, depth, deepest, IsTooDeep) = (0, 0, 1, most, most < 1);

    /// <returns>The closing bracket's index; -1: it isn't in these bytes, which needn't be passed again.</returns>
    public int FindEnd(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[Block];
        var start = 0;
        for (; start <= bytes.Length - Block; start += Block)
        {
            if (Step(bytes.Slice(start, Block), Block) is var end and >= 0)
                return start + end;
        }
        if (start == bytes.Length)
            return -1;
        padded.Clear();
        bytes[start..].CopyTo(padded);
        return Step(padded, bytes.Length - start) is var last and >= 0 ? start + last : -1;
    }

    /// <param name="count">Bytes of the block that are the value's; the others are 0.</param>
    private int Step(ReadOnlySpan<byte> block, int count)
    {
        ulong quotes = 0,
            backslashes = 0,
            opening = 0,
            closing = 0;
        for (var i = 0; i < Block; i += Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(block.Slice(i, Vector128<byte>.Count));
            // the one bit in which [ differs from {, and ] from }
            var brackets = bytes | Vector128.Create((byte)0x20);
            quotes |= Where(bytes, '"') << i;
            backslashes |= Where(bytes, '\\') << i;
            opening |= Where(brackets, '{') << i;
            closing |= Where(brackets, '}') << i;
        }
        var strings = inString ^ Toggled(quotes & ~Escaped(backslashes, count));
        inString = (ulong)((long)strings >> 63);
        return Count(opening & ~strings, closing & ~strings);
    }

    private static ulong Where(Vector128<byte> bytes, char value) =>
        Vector128.Equals(bytes, Vector128.Create((byte)value)).ExtractMostSignificantBits();

    /// <summary>The bytes after an odd number of backslashes.</summary>
    private ulong Escaped(ulong backslashes, int count)
    {
        const ulong Even = 0x5555_5555_5555_5555;
        if ((backslashes | escaped) == 0)
            return 0;
        backslashes &= ~escaped;
        var follows = (backslashes << 1) | escaped;
        var oddStarts = backslashes & ~Even & ~follows;
        var carried = oddStarts + backslashes;
        var result = (Even ^ (carried << 1)) & follows;
        if (count < Block)
            escaped = (result >> count) & 1;
        else
            escaped = carried < oddStarts ? 1u : 0;
        return result;
    }

    /// <summary>Each bit: whether an odd number of bits is set up to it.</summary>
    private static ulong Toggled(ulong bits)
    {
        for (var shift = 1; shift < Block; shift *= 2)
            bits ^= bits << shift;
        return bits;
    }

    private int Count(ulong opening, ulong closing)
    {
        if (deepest - depth < BitOperations.PopCount(opening) && !IsTooDeep)
            IsTooDeep = Deepest(opening, closing) > deepest;
        if (BitOperations.PopCount(closing) < depth)
        {
            depth += BitOperations.PopCount(opening) - BitOperations.PopCount(closing);
            return -1;
        }
        for (var both = opening | closing; both != 0; both &= both - 1)
        {
            var bit = both & (0 - both);
            depth += (closing & bit) != 0 ? -1 : 1;
            if (depth == 0)
                return BitOperations.TrailingZeroCount(bit);
        }
        return -1;
    }

    /// <summary>The value's maximum depth in these bytes, up to its end.</summary>
    private readonly int Deepest(ulong opening, ulong closing)
    {
        var (now, most) = (depth, depth);
        for (var both = opening | closing; both != 0 && now > 0; both &= both - 1)
        {
            var bit = both & (0 - both);
            now += (closing & bit) != 0 ? -1 : 1;
            most = Math.Max(most, now);
        }
        return most;
    }
}
