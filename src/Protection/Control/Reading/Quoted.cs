namespace Holdfast.Protection.Control.Reading;

/// <summary>Makes what a person wrote fit to stand in a message.</summary>
internal static class Quoted
{
    private const int Longest = 64;

    /// <summary>At most 64 characters, none of which moves a terminal's cursor.</summary>
    public static string Short(string text)
    {
        var plain = string.Concat(text.Take(Longest).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length > Longest ? plain + "..." : plain;
    }
}
