using Holdfast.Machine.Terminals;

namespace Holdfast.Manifests;

/// <summary>Makes what a person wrote fit to stand in a message.</summary>
public static class Quoted
{
    private const int Longest = 64;

    /// <summary>At most 64 characters, none of which moves a terminal's cursor.</summary>
    public static string Short(string text) => string.Concat(CutText.To(Longest, text, "...").Select(c => char.IsControl(c) ? '?' : c));
}
