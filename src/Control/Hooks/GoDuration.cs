using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Control.Hooks;

/// <summary>Durations as Go and Kubernetes' tools write them: <c>30s</c>, <c>1m30s</c>, <c>1.5h</c>; a number needs its unit.</summary>
/// <remarks>Source: https://pkg.go.dev/time#ParseDuration. Negative ones aren't read.</remarks>
public static partial class GoDuration
{
    private const int LongestText = 64;

    /// <summary>Null: it isn't one, or longer than a day.</summary>
    public static TimeSpan? TryParse(string text)
    {
        if (text.Length > LongestText || !Whole().IsMatch(text))
            return null;
        var seconds = Part().Matches(text).Sum(m => Number(m.Groups["number"].Value) * Seconds(m.Groups["unit"].Value));
        return seconds <= TimeSpan.SecondsPerDay ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static double Seconds(string unit) =>
        unit switch
        {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            "ms" => 1e-3,
            "ns" => 1e-9,
            _ => 1e-6,
        };

    [GeneratedRegex(
        @"^((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+\z",
        RegexOptions.ExplicitCapture | RegexOptions.ECMAScript,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Whole();

    [GeneratedRegex(@"(?<number>[0-9.]+)(?<unit>[a-zµμ]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();
}
