using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.Machine.Terminals;

/// <summary>
/// Makes text fit for one line of a terminal or a log. Names and messages come from API servers and vaults that others can write, and a
/// terminal obeys the control characters in them (CVE-2021-25743 in kubectl), turns the direction of what follows, or shows nothing where a
/// character is.
/// </summary>
public static class Printable
{
    /// <summary>What isn't shown as itself, and half characters, which may be part of one that isn't.</summary>
    private static readonly SearchValues<char> Suspects = SearchValues.Create([
        .. Enumerable
            .Range(0, char.MaxValue + 1)
            .Select(c => (char)c)
            .Where(c => char.IsSurrogate(c) || !IsShown(CharUnicodeInfo.GetUnicodeCategory(c))),
    ]);

    /// <summary>Shows what a terminal would obey, hide or break the line at as <c>\n</c>, <c>\t</c> or <c>\u001b</c>.</summary>
    public static string Of(string text)
    {
        var next = text.AsSpan().IndexOfAny(Suspects);
        if (next < 0)
            return text;
        var shown = new StringBuilder(text.Length + 16).Append(text, 0, next);
        for (var rest = text.AsSpan(next); rest.Length > 0; )
        {
            var status = Rune.DecodeFromUtf16(rest, out var rune, out var length);
            if (status == OperationStatus.Done && IsShown(rune))
                shown.Append(rest[..length]);
            else
                Escape(shown, rest[..length]);
            rest = rest[length..];
        }
        return shown.ToString();
    }

    /// <summary>A terminal shows the character, and does nothing else.</summary>
    public static bool IsShown(Rune rune) => IsShown(Rune.GetUnicodeCategory(rune));

    private static bool IsShown(UnicodeCategory category) =>
        category
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
            );

    private static void Escape(StringBuilder shown, ReadOnlySpan<char> hidden)
    {
        foreach (var unit in hidden)
        {
            _ = unit switch
            {
                '\n' => shown.Append("\\n"),
                '\t' => shown.Append("\\t"),
                _ => shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
            };
        }
    }
}
