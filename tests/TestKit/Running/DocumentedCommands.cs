using Holdfast.TestKit.Files;

namespace Holdfast.TestKit.Running;

/// <summary>The commands that docs/restore.md gives, for tests that run them as they stand there.</summary>
public static class DocumentedCommands
{
    /// <param name="section">Its heading, without the number signs.</param>
    /// <returns>In order; what is continued on further lines is one.</returns>
    public static IReadOnlyList<string> Of(string section)
    {
        var lines = File.ReadLines(RepositoryFiles.Path("docs/restore.md"))
            .SkipWhile(l => l != $"### {section}")
            .Skip(1)
            .TakeWhile(l => !l.StartsWith('#'));
        var commands = new List<string>();
        var (isCommand, continues) = (false, false);
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCommand = line.StartsWith("```sh", StringComparison.Ordinal);
            else if (isCommand && continues)
                commands[^1] += Environment.NewLine + line;
            else if (isCommand)
                commands.Add(line);
            continues = isCommand && line.EndsWith('\\');
        }
        return commands.Count > 0 ? commands : throw new InvalidOperationException($"docs/restore.md has no commands in '{section}'");
    }
}
