using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.Cli.Output;

/// <summary>
/// Makes text fit for a terminal. Names and messages come from API servers and vaults that others can write, and a terminal obeys the control characters in them (CVE-2021-25743 in kubectl).
/// </summary>
internal static class Printable
{
    /// <summary>C0 but tab and line end, DEL, C1, and what turns the direction of writing.</summary>
    private static readonly SearchValues<char> Obeyed = SearchValues.Create(
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000c\u000d\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
        + "\u007f\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c"
        + "\u009d\u009e\u009f"
        + "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069");

    /// <summary>Shows what a terminal would obey as <c>\u001b</c>.</summary>
    /// <param name="colours">Colour sequences stay: ours are among them.</param>
    public static string Of(string text, bool colours)
    {
        var next = text.AsSpan().IndexOfAny(Obeyed);
        if (next < 0)
            return text;
        var shown = new StringBuilder(text.Length + 16);
        var from = 0;
        for (; next >= 0; next = Next(text, from))
        {
            shown.Append(text, from, next - from);
            var colour = colours ? ColourLength(text.AsSpan(next)) : 0;
            if (colour > 0)
                shown.Append(text, next, colour);
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[next]:x4}");
            from = next + Math.Max(colour, 1);
        }
        return shown.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Of the colour sequence (<c>ESC [ 31 m</c>) that the text begins with; 0: it doesn't.</summary>
    public static int ColourLength(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("\e["))
            return 0;
        var end = 2;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == ';'))
            end++;
        return end < text.Length && text[end] == 'm' ? end + 1 : 0;
    }

    private static int Next(string text, int from) => text.AsSpan(from).IndexOfAny(Obeyed) is var next and >= 0 ? from + next : -1;
}
