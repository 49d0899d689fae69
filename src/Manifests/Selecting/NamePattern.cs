using System.IO.Enumeration;

namespace Holdfast.Manifests.Selecting;

/// <summary>
/// A name, or a pattern of names in which <c>*</c> stands for any characters and <c>?</c> for one: the same wherever several are meant.
/// </summary>
public static class NamePattern
{
    /// <summary>It may match more than one name.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    public static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>What is left of the pattern, for finding near matches.</summary>
    public static string Stem(string pattern) =>
        pattern.Replace("*", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal);
}
