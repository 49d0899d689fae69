using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Holdfast.Manifests;

/// <summary>Amounts as Kubernetes writes them (<c>10Gi</c>, <c>500m</c>, <c>1e3</c>), exactly: apimachinery's resource.Quantity.</summary>
public static class Quantity
{
    private const int LongestText = 64;
    private const int LargestExponent = 400;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("+-.0123456789");

    /// <summary>Powers of ten, then of two.</summary>
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

    private static readonly string[] BinarySuffixes = ["Ti", "Gi", "Mi", "Ki"];

    /// <summary>Of so many bytes, in the largest unit that has no fraction.</summary>
    public static string OfBytes(long bytes)
    {
        foreach (var suffix in BinarySuffixes)
        {
            var unit = 1L << Suffixes[suffix].Two;
            if (bytes >= unit && bytes % unit == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / unit}{suffix}");
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    /// <returns>As whole bytes, a fraction rounded up; null: it isn't a quantity, or none that a long can hold.</returns>
    public static long? ToBytes(string? text)
    {
        if (Parse(text) is not { } value)
            return null;
        var scale = BigInteger.Pow(10, Math.Abs(value.Ten));
        var bytes = value.Ten >= 0 ? value.Digits * scale : BigInteger.DivRem(value.Digits + scale - 1, scale, out _);
        return bytes >= 0 && bytes <= long.MaxValue ? (long)bytes : null;
    }

    /// <returns>
    /// Less than zero: the first is smaller; zero: equal amounts, however they are written. Null: one of them isn't a quantity.
    /// </returns>
    public static int? Compare(string? a, string? b)
    {
        if (Parse(a) is not { } first || Parse(b) is not { } second)
            return null;
        // Brought to one power, so that nothing is rounded.
        var ten = Math.Min(first.Ten, second.Ten);
        return (first.Digits * BigInteger.Pow(10, first.Ten - ten)).CompareTo(second.Digits * BigInteger.Pow(10, second.Ten - ten));
    }

    /// <returns>The value as digits times a power of ten; null: not a quantity.</returns>
    private static (BigInteger Digits, int Ten)? Parse(string? text)
    {
        if (text is null || text.Length is 0 or > LongestText)
            return null;
        var end = text.AsSpan().IndexOfAnyExcept(OfNumbers);
        var (number, suffix) = end < 0 ? (text, "") : (text[..end], text[end..]);
        if (Power(suffix) is not { } power)
            return null;
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? number : number.Remove(point, 1);
        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? (value << power.Two, power.Ten - (point < 0 ? 0 : number.Length - point - 1))
            : null;
    }

    private static (int Ten, int Two)? Power(string suffix)
    {
        if (
            suffix.Length > 1
            && (suffix[0] is 'e' or 'E')
            && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && Math.Abs(exponent) <= LargestExponent
        )
            return (exponent, 0);
        return Suffixes.TryGetValue(suffix, out var power) ? power : null;
    }
}
