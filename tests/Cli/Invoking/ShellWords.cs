using System.Text.RegularExpressions;

namespace Holdfast.Cli.Tests.Invoking;

/// <summary>The words of a command line as a shell splits it; nothing but quotes is understood.</summary>
internal static partial class ShellWords
{
    public static string[] Of(string line) => [.. Word().Matches(line).Select(m => m.Value.Replace("'", "").Replace("\"", ""))];

    [GeneratedRegex(@"('[^']*'|""[^""]*""|[^ '""])+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Word();
}
