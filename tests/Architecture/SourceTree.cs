namespace Holdfast.Architecture.Tests;

/// <summary>The files of the repository, without the output of builds.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Those of <c>src</c> and <c>tests</c>.</summary>
    public static IEnumerable<string> Files(string pattern) => Below(["src", "tests"], pattern);

    /// <summary>All documentation.</summary>
    public static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Root, "*.md").Concat(Below(["docs", "infra", "src", "tests"], "*.md"));

    private static IEnumerable<string> Below(string[] folders, string pattern) =>
        folders
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
