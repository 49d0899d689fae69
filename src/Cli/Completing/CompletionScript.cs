namespace Holdfast.Cli.Completing;

/// <summary>
/// The script of each shell, a file beside this one. All they do is to ask <c>holdfast complete</c>, so they don't get old.
/// </summary>
internal static class CompletionScript
{
    public static readonly string[] AllShells = ["bash", "zsh", "fish", "pwsh"];

    public static string Shells { get; } = string.Join(", ", AllShells);

    /// <returns>Null: there is none for this shell.</returns>
    public static string? For(string shell)
    {
        if (!AllShells.Contains(shell))
            return null;
        using var file = new StreamReader(typeof(CompletionScript).Assembly.GetManifestResourceStream($"completion/holdfast.{shell}")!);
        return file.ReadToEnd();
    }
}
