using System.Globalization;

namespace Holdfast.Functions.Api.Points;

/// <summary>A place among the manifests of a point, in the inventory's order.</summary>
internal readonly record struct ManifestPosition(int Segment, int Part, int Line)
{
    public static ManifestPosition? Read(string? text)
    {
        if (text is null)
            return default(ManifestPosition);
        var numbers = text.Split('.');
        return
            numbers.Length == 3
            && Number(numbers[0], out var segment)
            && Number(numbers[1], out var part)
            && Number(numbers[2], out var line)
            ? new(segment, part, line)
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Segment}.{Part}.{Line}");

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
