namespace Holdfast.Architecture.Tests;

/// <summary>The bound on a file's length in CONTRIBUTING.md.</summary>
public sealed class FileSizeTests
{
    private const int MostLines = 350;

    [Fact]
    public void No_source_file_is_longer_than_350_lines()
    {
        var tooLong = SourceTree.Files("*.cs").Select(path => (Path: path, Lines: File.ReadLines(path).Count())).Where(file => file.Lines > MostLines);

        Assert.Empty(tooLong.Select(file => $"{Path.GetRelativePath(SourceTree.Root, file.Path)} has {file.Lines} lines: split it by subject"));
    }
}
