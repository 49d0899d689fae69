using System.Runtime.CompilerServices;

namespace Holdfast.Cli.Tests.Documented;

/// <summary>A fenced block of a document.</summary>
/// <param name="Document">Its path in the repository.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Info">Behind the fence: <c>sh</c>, and what executes it.</param>
internal sealed record DocumentedBlock(string Document, int Line, string Info, IReadOnlyList<string> Lines)
{
    public static string Root { get; } = RootOf();

    public static IEnumerable<string> Documents =>
        Directory
            .EnumerateFiles(Path.Combine(Root, "docs"), "*.md")
            .Append(Path.Combine(Root, "README.md"))
            .Select(path => Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal);

    public bool IsShell => Info.Split(' ')[0] is "sh" or "bash";

    /// <summary>Behind the language; empty: this block is executed by <see cref="ExecutedCommandsTests"/>.</summary>
    public string Executor => Info.Split(' ', 2) is [_, var marker] ? marker.Trim() : "";

    public static IEnumerable<DocumentedBlock> AllOf(string document)
    {
        var lines = File.ReadAllLines(Path.Combine(Root, document));
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            var begin = i;
            var content = lines.Skip(i + 1).TakeWhile(l => !l.StartsWith("```", StringComparison.Ordinal)).ToArray();
            i += content.Length + 1;
            yield return new(document, begin + 1, lines[begin][3..].Trim(), content);
        }
    }

    private static string RootOf([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
