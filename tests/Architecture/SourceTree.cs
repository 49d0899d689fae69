namespace Holdfast.Architecture.Tests;

/// <summary>The files of <c>src</c> and <c>tests</c>, without what builds put there.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string pattern) =>
        ((string[])["src", "tests"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
            .Where(path => !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Functions.sln is nowhere above the tests");
        return folder;
    }
}
