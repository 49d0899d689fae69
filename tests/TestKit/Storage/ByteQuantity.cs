using System.Globalization;

namespace Holdfast.TestKit.Storage;

/// <summary>Bytes as Kubernetes writes them (apimachinery, resource.Quantity), without fractions and exponents.</summary>
internal static class ByteQuantity
{
    private static readonly (string Suffix, long Unit)[] Units =
    [
        ("Ei", 1L << 60),
        ("Pi", 1L << 50),
        ("Ti", 1L << 40),
        ("Gi", 1L << 30),
        ("Mi", 1L << 20),
        ("Ki", 1L << 10),
        ("E", 1_000_000_000_000_000_000),
        ("P", 1_000_000_000_000_000),
        ("T", 1_000_000_000_000),
        ("G", 1_000_000_000),
        ("M", 1_000_000),
        ("k", 1_000),
        ("", 1),
    ];

    public static long Parse(string quantity)
    {
        var (suffix, unit) = Units.First(u => quantity.EndsWith(u.Suffix, StringComparison.Ordinal));
        return long.Parse(quantity.AsSpan(..^suffix.Length), CultureInfo.InvariantCulture) * unit;
    }

    /// <summary>In the largest binary unit that leaves no remainder: <c>resource.NewQuantity(bytes, resource.BinarySI)</c>.</summary>
    public static string Format(long bytes)
    {
        var (suffix, unit) = Units.First(u => (u.Suffix.EndsWith('i') || u.Unit == 1) && bytes % u.Unit == 0);
        return bytes == 0 ? "0" : $"{bytes / unit}{suffix}";
    }
}
