using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Holdfast.Restore.Applying;

/// <summary>Whether two scalars mean the same to an API server, which writes quantities and times in a canonical form. Pure.</summary>
internal static class SameValue
{
    private const int LongestQuantity = 64;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("+-.0123456789");

    /// <summary>From apimachinery's resource.Quantity: powers of ten, then of two.</summary>
    private static readonly Dictionary<string, (int Ten, int Two)> Suffixes = new(StringComparer.Ordinal)
    {
        [""] = (0, 0),
        ["n"] = (-9, 0),
        ["u"] = (-6, 0),
        ["m"] = (-3, 0),
        ["k"] = (3, 0),
        ["M"] = (6, 0),
        ["G"] = (9, 0),
        ["T"] = (12, 0),
        ["P"] = (15, 0),
        ["E"] = (18, 0),
        ["Ki"] = (0, 10),
        ["Mi"] = (0, 20),
        ["Gi"] = (0, 30),
        ["Ti"] = (0, 40),
        ["Pi"] = (0, 50),
        ["Ei"] = (0, 60),
    };

    public static bool Of(JsonElement a, JsonElement b)
    {
        if (a.ValueKind == b.ValueKind && (a.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || Text(a) == Text(b)))
            return a.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
        if (!IsText(a) || !IsText(b))
            return false;
        return SameQuantity(Text(a), Text(b)) || SameTime(Text(a), Text(b));
    }

    private static bool IsText(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>To the second: of times without a place for fractions the server drops them.</summary>
    private static bool SameTime(string a, string b) =>
        Time(a) is { } first && Time(b) is { } second && first.ToUnixTimeSeconds() == second.ToUnixTimeSeconds();

    private static DateTimeOffset? Time(string text) =>
        text.Length >= 20
        && text[10] == 'T'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static bool SameQuantity(string a, string b)
    {
        if (Quantity(a) is not { } first || Quantity(b) is not { } second)
            return false;
        // Cross-multiplied, so that nothing is rounded.
        var ten = Math.Min(first.Ten, second.Ten);
        return first.Digits * BigInteger.Pow(10, first.Ten - ten) == second.Digits * BigInteger.Pow(10, second.Ten - ten);
    }

    /// <returns>The value as digits times a power of ten; null: not a quantity.</returns>
    private static (BigInteger Digits, int Ten)? Quantity(string text)
    {
        if (text.Length is 0 or > LongestQuantity)
            return null;
        var end = text.AsSpan().IndexOfAnyExcept(OfNumbers);
        var (number, suffix) = end < 0 ? (text, "") : (text[..end], text[end..]);
        var (ten, two) = (0, 0);
        if (
            suffix.Length > 1
            && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && Math.Abs(exponent) <= 400
        )
            ten = exponent;
        else if (Suffixes.TryGetValue(suffix, out var power))
            (ten, two) = power;
        else
            return null;
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? number : number.Remove(point, 1);
        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return null;
        return (value << two, ten - (point < 0 ? 0 : number.Length - point - 1));
    }
}
