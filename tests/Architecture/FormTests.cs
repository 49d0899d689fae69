namespace Holdfast.Architecture.Tests;

/// <summary>The bounds of CONTRIBUTING.md on files and lines. Where a line breaks is the formatter's business (test.sh asks it).</summary>
public sealed class FormTests
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

    /// <summary>Tables and samples can't be broken everywhere.</summary>
    [Fact]
    public void No_line_of_prose_is_wider_than_140_columns() => Assert.Empty(SourceTree.Files("*.md").SelectMany(TooWide));

    private static IEnumerable<string> TooWide(string path)
    {
        var (isProse, inside) = (path.EndsWith(".md", StringComparison.Ordinal), false);
        foreach (var (index, line) in File.ReadLines(path).Index())
        {
            var bounds = isProse ? line.TrimStart().StartsWith("```", StringComparison.Ordinal) : Quotes(line) % 2 == 1;
            // In tests, the text of a raw string is data.
            var isData = isProse ? inside || line.TrimStart().StartsWith('|') : (inside || Quotes(line) > 0) && IsTest(path);
            if (line.Length > Columns && !isData)
                yield return $"{Name(path)}, line {index + 1}: {line.Length} columns";
            inside ^= bounds;
        }
    }

    private static int Quotes(string line) => line.Split("\"\"\"").Length - 1;

    private static bool IsTest(string path) => Name(path).StartsWith("tests", StringComparison.Ordinal);

    private static string Name(string path) => Path.GetRelativePath(SourceTree.Root, path);
}
