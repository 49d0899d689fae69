using System.IO.Enumeration;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests.Selecting;

/// <summary>
/// A name, or a pattern of names in which <c>*</c> stands for any characters and <c>?</c> for one: the same wherever several are meant.
/// </summary>
public static class NamePattern
{
    private const int Longest = 63;

    /// <summary>Which texts can stand for namespaces: a name, or a pattern of names.</summary>
    public static NameRule Namespaces { get; } =
        new(
            text => ClusterName.TryParse(text, out _) || (IsPattern(text) && text.Length <= Longest && text.All(IsAllowed)),
            "can't name namespaces",
            "a namespace's name is 1-63 of a-z, 0-9 and '-', and a pattern has '*' for any of them and '?' for one",
            "shop or team-*"
        );

    /// <summary>It may match more than one name.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    public static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static bool IsAllowed(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '*' or '?';

    /// <summary>What is left of the pattern, for finding near matches.</summary>
    public static string Stem(string pattern) =>
        pattern.Replace("*", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal);
}

/// <summary>Names and patterns of names, together.</summary>
public sealed class NamePatterns
{
    private readonly HashSet<string> names;
    private readonly List<string> patterns;

    public NamePatterns(IEnumerable<string> texts)
    {
        var all = texts.ToLookup(NamePattern.IsPattern);
        names = all[false].ToHashSet(StringComparer.Ordinal);
        patterns = [.. all[true]];
    }

    public bool IsEmpty => names.Count + patterns.Count == 0;

    public bool Match(string name) => names.Contains(name) || patterns.Exists(p => NamePattern.Matches(p, name));
}
