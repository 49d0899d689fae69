using System.Globalization;
using Holdfast.Clusters.Executing;
using Holdfast.Control.Reading;
using Holdfast.Machine.Terminals;

namespace Holdfast.Control.Hooks;

/// <summary>
/// What a report says of a command that ran in a container: in one line, with control characters as escapes, cut to a length; what looks
/// like a secret is withheld. For reports only, never for a log.
/// </summary>
public static class CommandReport
{
    private const int LongestOutput = 2_000;
    private const int LongestError = 1_000;

    /// <summary>The beginning of what it wrote; null: nothing.</summary>
    public static string? Output(CommandOutput output)
    {
        var text = string.Join('\n', new[] { output.Stdout, output.Stderr }.Where(t => t.Length > 0));
        if (text.Length == 0)
            return null;
        var shown = CutText.To(LongestOutput, Printable.Of(SecretText.Withhold(text.TrimEnd('\n'))));
        return output.DroppedBytes == 0
            ? shown
            : string.Create(CultureInfo.InvariantCulture, $"{shown} ({output.DroppedBytes} bytes more were dropped)");
    }

    /// <summary>Why it failed; null: it didn't.</summary>
    public static string? Error(CommandResult result, TimeSpan timeout) =>
        result switch
        {
            { TimedOut: true } => string.Create(
                CultureInfo.InvariantCulture,
                $"it didn't end within {timeout.TotalSeconds:0.###} s, and may still be running"
            ),
            { ExitCode: null } => Error(result.Error ?? "it couldn't be started"),
            { ExitCode: 0 } => null,
            _ => string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {result.ExitCode}"),
        };

    public static string Error(string text) => CutText.To(LongestError, Printable.Of(SecretText.Withhold(text)));
}
