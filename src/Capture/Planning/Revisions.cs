using System.Globalization;

namespace Holdfast.Capture.Planning;

/// <summary>Revisions (resourceVersions of lists) as numbers, as every API server that is built on etcd numbers them.</summary>
internal static class Revisions
{
    /// <summary>By number; what is none comes last, in ordinal order.</summary>
    public static readonly IComparer<string?> Order = Comparer<string?>.Create(Compare);

    public static bool TryParse(string? text, out ulong revision) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out revision) && revision > 0;

    private static int Compare(string? a, string? b) =>
        (TryParse(a, out var x), TryParse(b, out var y)) switch
        {
            (true, true) => x.CompareTo(y),
            (false, false) => string.CompareOrdinal(a, b),
            (var isNumber, _) => isNumber ? -1 : 1,
        };
}
