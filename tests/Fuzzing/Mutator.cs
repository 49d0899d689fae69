using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Fuzzing.Tests;

/// <summary>Makes inputs out of seeds: bytes that are no text, texts that are no document, and documents that nobody would write.</summary>
internal sealed class Mutator(ImmutableArray<byte[]> seeds, Random random)
{
    /// <summary>Inputs are cut to it, so that a run's time is bounded.</summary>
    public const int Longest = 256 << 10;

    private const int MostChanges = 6;

    private static readonly string[] Openings = ["[", "{\"a\":", "{\"items\":[", "- ", "(", "a: {", "? ", "!", "[{\"properties\":{\"x\":"];
    private static readonly int[] Depths = [20, 70, 130, 1100, 12_000, 25_000];

    private static readonly string[] Numbers =
    [
        "-1",
        "0",
        "2147483648",
        "9223372036854775808",
        "-9223372036854775809",
        "1e400",
        "0.1e-400",
        "99999999999999999999999999999999",
        "4294967297",
        "65536",
    ];

    private static readonly string[] Values =
    [
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "-1",
        "1e999",
        "[null]",
        "{\"a\":{}}",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "[[1]]",
        "\"9999-12-31T23:59:59Z\"",
        "\"0001-01-01T00:00:00+14:00\"",
        "{\"a\":1,\"a\":2}",
    ];

    private static readonly string[] Texts =
    [
        "*",
        "/",
        "~2",
        "../..",
        "&a *a",
        "<<: *a",
        "\\ud800",
        "\u2028",
        "\0",
        "%00",
        "$0$0$0$0",
        "(a{1000}){1000}",
        "(a+)+$",
        "\uFEFF",
        "---\n",
        "\r\n",
        "'",
        "\"",
        "<script>",
    ];

    public byte[] Next()
    {
        var input = seeds[random.Next(seeds.Length)];
        for (var changes = random.Next(1, MostChanges + 1); changes > 0; changes--)
            input = Change(input);
        return input.Length <= Longest ? input : input[..Longest];
    }

    private byte[] Change(byte[] input) =>
        random.Next(16) switch
        {
            0 => Flipped(input),
            1 => WithByte(input),
            2 => input[..random.Next(input.Length + 1)],
            3 => Without(input),
            4 => Repeated(input),
            5 => Inserted(input, Random(random.Next(1, 64))),
            6 => Inserted(input, Illegal()),
            7 => Spliced(input),
            8 => Inserted(input, Deep()),
            9 => Inserted(input, Bytes(new string(Letter(), random.Next(4) == 0 ? 100_000 : random.Next(1, 3000)))),
            10 => Replaced(input, IsDigit, Bytes(Numbers[random.Next(Numbers.Length)])),
            11 or 12 => WithValue(input),
            13 => Inserted(input, Bytes(Texts[random.Next(Texts.Length)])),
            14 => WithMemberTwice(input),
            _ => ManyTimes(input),
        };

    private byte[] Flipped(byte[] input)
    {
        if (input.Length == 0)
            return input;
        var changed = input.ToArray();
        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    private byte[] WithByte(byte[] input)
    {
        if (input.Length == 0)
            return [(byte)random.Next(256)];
        var changed = input.ToArray();
        ReadOnlySpan<byte> telling = [0, 0x7f, 0x80, 0xff, (byte)'"', (byte)'\\', (byte)'{', (byte)'}', (byte)'[', (byte)':', (byte)'\n'];
        changed[random.Next(changed.Length)] = telling[random.Next(telling.Length)];
        return changed;
    }

    private byte[] Without(byte[] input)
    {
        var (start, end) = Range(input);
        return [.. input.AsSpan(0, start), .. input.AsSpan(end)];
    }

    private byte[] Repeated(byte[] input)
    {
        var (start, end) = Range(input);
        return [.. input.AsSpan(0, end), .. input.AsSpan(start)];
    }

    /// <summary>Up to some ten thousand copies: what takes time or memory in the square of a count shows.</summary>
    private byte[] ManyTimes(byte[] input)
    {
        var start = random.Next(input.Length + 1);
        var end = Math.Min(input.Length, start + random.Next(1, 60));
        var copies = Math.Min(random.Next(8) == 0 ? 20_000 : 200, Longest / Math.Max(1, end - start));
        var output = new MemoryStream();
        output.Write(input.AsSpan(0, start));
        for (var i = 0; i < copies; i++)
            output.Write(input.AsSpan(start, end - start));
        output.Write(input.AsSpan(end));
        return output.ToArray();
    }

    private byte[] Spliced(byte[] input)
    {
        var other = seeds[random.Next(seeds.Length)];
        return [.. input.AsSpan(0, random.Next(input.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];
    }

    private byte[] WithValue(byte[] input)
    {
        var colon = Find(input, (byte)':');
        if (colon < 0)
            return Inserted(input, Bytes(Values[random.Next(Values.Length)]));
        var end = colon + 1;
        for (var depth = 0; end < input.Length; end++)
        {
            depth +=
                input[end] is (byte)'{' or (byte)'[' ? 1
                : input[end] is (byte)'}' or (byte)']' ? -1
                : 0;
            if (depth < 0 || (depth == 0 && input[end] is (byte)',' or (byte)'\n'))
                break;
        }
        return [.. input.AsSpan(0, colon + 1), (byte)' ', .. Bytes(Values[random.Next(Values.Length)]), .. input.AsSpan(end)];
    }

    private byte[] WithMemberTwice(byte[] input)
    {
        var start = Find(input, (byte)'"');
        if (start < 0)
            return Repeated(input);
        var comma = input.AsSpan(start).IndexOfAny((byte)',', (byte)'}');
        if (comma < 0)
            return Repeated(input);
        var member = input.AsSpan(start, comma);
        return [.. input.AsSpan(0, start), .. member, (byte)',', .. input.AsSpan(start)];
    }

    private byte[] Deep()
    {
        var opening = Openings[random.Next(Openings.Length)];
        var depth = Math.Min(Depths[random.Next(Depths.Length)], Longest / opening.Length / 2);
        var text = string.Concat(Enumerable.Repeat(opening, depth));
        if (random.Next(2) == 0)
            return Bytes(text);
        var closing = string.Concat(
            opening
                .Reverse()
                .Select(c =>
                    c is '[' ? "]"
                    : c is '{' ? "}"
                    : c is '(' ? ")"
                    : ""
                )
        );
        return Bytes($"{text}1{string.Concat(Enumerable.Repeat(closing, depth))}");
    }

    private byte[] Replaced(byte[] input, Func<byte, bool> which, byte[] by)
    {
        var start = Array.FindIndex(input, random.Next(input.Length + 1), b => which(b));
        if (start < 0)
            return Inserted(input, by);
        var end = start;
        while (end < input.Length && which(input[end]))
            end++;
        return [.. input.AsSpan(0, start), .. by, .. input.AsSpan(end)];
    }

    private byte[] Illegal() =>
        random.Next(4) switch
        {
            0 => [0xc0, 0xaf],
            1 => [0xed, 0xa0, 0x80],
            2 => [0xff, 0xfe, 0x00],
            _ => [0xf4, 0x90, 0x80, 0x80],
        };

    private byte[] Inserted(byte[] input, byte[] what)
    {
        var at = random.Next(input.Length + 1);
        return [.. input.AsSpan(0, at), .. what, .. input.AsSpan(at)];
    }

    private int Find(byte[] input, byte what) =>
        input.Length == 0 ? -1
        : Array.IndexOf(input, what, random.Next(input.Length)) is var at and >= 0 ? at
        : Array.IndexOf(input, what);

    private (int Start, int End) Range(byte[] input)
    {
        var start = random.Next(input.Length + 1);
        return (start, random.Next(start, input.Length + 1));
    }

    private byte[] Random(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private char Letter() => "a0[\"\\ /*{-"[random.Next(10)];

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
