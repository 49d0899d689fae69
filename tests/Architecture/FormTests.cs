using System.Text.RegularExpressions;

namespace Holdfast.Architecture.Tests;

/// <summary>The rules of CONTRIBUTING.md on files and lines. Where a line breaks is the formatter's business (test.sh asks it).</summary>
public sealed partial class FormTests
{
    private const int MostLines = 350;
    private const int Columns = 140;

    [Fact]
    public void No_source_file_is_longer_than_350_lines()
    {
        var tooLong = SourceTree
            .Files("*.cs")
            .Select(path => (Path: path, Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > MostLines);

        Assert.Empty(tooLong.Select(file => $"{Name(file.Path)} has {file.Lines} lines: split it by subject"));
    }

    [Fact]
    public void No_line_of_code_is_wider_than_140_columns() => Assert.Empty(SourceTree.Files("*.cs").SelectMany(TooWide));

    /// <summary>Includes tables and samples.</summary>
    [Fact]
    public void No_line_of_prose_is_wider_than_140_columns() => Assert.Empty(SourceTree.Pages().SelectMany(TooWide));

    /// <summary><c>x is A or B &amp;&amp; y</c> is easily read as <c>x is A or (B &amp;&amp; y)</c>.</summary>
    [Fact]
    public void A_pattern_of_several_alternatives_is_in_parentheses_before_an_and() =>
        Assert.Empty(
            SourceTree
                .Files("*.cs")
                .SelectMany(path =>
                    AmbiguousPattern().Matches(CodeOf(path)).Select(m => $"{Name(path)}: {m.Value.ReplaceLineEndings(" ")}")
                )
        );

    private static IEnumerable<string> TooWide(string path) =>
        File.ReadLines(path)
            .Index()
            .Where(line => line.Item.Length > Columns)
            .Select(line => $"{Name(path)}, line {line.Index + 1}: {line.Item.Length} columns");

    /// <summary>Without comments and the content of strings.</summary>
    private static string CodeOf(string path) => Text().Replace(Comment().Replace(File.ReadAllText(path), ""), "\"\"");

    private static string Name(string path) => Path.GetRelativePath(SourceTree.Root, path);

    [GeneratedRegex(@"\bis\s[^()&|;{}?,:=]*?\bor\s[^()&|;{}?,:=]*?&&", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex AmbiguousPattern();

    [GeneratedRegex(@"//[^\n]*", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Comment();

    [GeneratedRegex("\"{3,}.*?\"{3,}|\"(?:[^\"\\\\\n]|\\\\.)*\"", RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Text();
}
