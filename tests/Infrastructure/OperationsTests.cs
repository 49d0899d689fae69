using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests;

/// <summary>
/// The figures of docs/operations.md are those that docs/performance.md has measured, its examples are computed from them, and its limits
/// are those of the code.
/// </summary>
public sealed partial class OperationsTests
{
    private const int Points = 30;
    private const int Clusters = 40;
    private const int Objects = 20_000;

    private static readonly string Operations = File.ReadAllText(RepositoryFiles.Path("docs/operations.md"));
    private static readonly string Performance = Regex.Replace(
        File.ReadAllText(RepositoryFiles.Path("docs/performance.md")),
        @"\s+",
        " ",
        RegexOptions.None,
        TimeSpan.FromSeconds(1)
    );

    /// <summary>Objects a second, of a capture and of a restore; seconds of a cluster in a fleet.</summary>
    private static readonly double Captured = Floor(
        100_000 / Median(@"Raw seconds at 100,000 objects \(178 MB of JSON\): capture ([\d., ]+);"),
        1000
    );
    private static readonly double Restored = Floor(Objects / Median(@"Restore of 20,000: ([\d., ]+); bare client"), 100);
    private static readonly double InFleet = Math.Round(Number(@"\| 500 \| ([\d.]+) \|") / 500, 2);

    /// <summary>Of content, what packs take; of content, what a further point writes.</summary>
    private static readonly double Packed = Math.Round(Number(Everywhere, 3) / Number(Everywhere, 2), 2);
    private static readonly double WrittenEverywhere = Share(Everywhere);
    private static readonly double WrittenInATenth = Share(@"all in a tenth of the namespaces \| (\d+) MiB \| (\d+) MiB \| (\d+) MiB");
    private static readonly double Megabytes = Number(@"At 20,000 \((\d+) MB\)");

    private const string Everywhere = @"in every namespace \| (\d+) MiB \| (\d+) MiB \| (\d+) MiB";

    [Fact]
    public void The_formulas_have_the_measured_figures()
    {
        Assert.Contains("Start-up, discovery and counting take 0.2 s", Performance, StringComparison.Ordinal);
        Says($"| duration of a capture | 0.2 s + N / {Captured:N0} s |");
        Says($"| duration of a restore | N / {Restored:N0} s |");
        Says($"| duration of a fleet | C x {InFleet} s + the slowest capture |");
        Says($"| vault, first point | {Packed} x R |");
        Says($"| S, changes in every namespace | {WrittenEverywhere} |");
        Says($"| S, changes in a tenth of the namespaces | {WrittenInATenth} |");
    }

    [Fact]
    public void The_example_is_computed_from_them()
    {
        var capture = 0.2 + (Objects / Captured);
        var (fleet, first, further) = (Fleet(capture), First(), Further());
        Says($"| duration of a capture | 0.2 + {Objects:N0} / {Captured:N0} | {capture:0.0} s |");
        Says($"| duration of the fleet | {Clusters} x {InFleet} + {capture:0.0} | {fleet:0.0} s |");
        Says($"| vault, first points | {Clusters} x {Packed} x {Megabytes} MB | {first:0} MB |");
        Says($"| vault, each further capture of all | {Clusters} x {Packed} x {Megabytes} MB x {WrittenEverywhere} | {further:0} MB |");
        Says($"| vault, all points | {first:0} MB + {Points - 1} x {further:0} MB | {All():0.0} GB |");
        Says($"| link for a replica within an hour | {further:0} MB / 3,600 s | {further / 3600:0.00} MB/s |");
        Says($"| restore of one cluster | {Objects:N0} / {Restored:N0} | {Objects / Restored:0.0} s |");
    }

    [Fact]
    public void The_costs_are_those_of_the_example()
    {
        const int Captures = 30 * 4;
        const int Deleted = 7 * 4;
        var packs = Math.Round(Further() / Clusters / 2.097152);
        Says($"what is purged: {All():0.0} GB + {Deleted} x {Further():0} MB | {All() + (Deleted * Further() / 1000):0.0} GB |");
        Says($"{Captures} x {Clusters} x (packs of 2 MiB: {packs}, and 3 documents) | {Captures * Clusters * (packs + 3):N0} |");
        Says($"{Captures} x {Further():0} MB between regions | {Captures * Further() / 1000:0.0} GB of traffic |");
        Says($"{Captures} fleets of {Fleet(0.2 + (Objects / Captured)):0.0} s, and a timer each minute | 4 minutes of captures |");
        Says($"two requests for each seal: {Captures} x {Clusters} x 2 | {Captures * Clusters * 2:N0} |");
    }

    [Fact]
    public void Every_limit_is_that_of_the_code()
    {
        var rows = Enforced().Matches(Operations).ToList();

        Assert.True(rows.Count > 20);
        Assert.All(
            rows,
            row =>
                Assert.Contains(
                    row.Groups["code"].Value,
                    File.ReadAllText(RepositoryFiles.Path(row.Groups["file"].Value)),
                    StringComparison.Ordinal
                )
        );
    }

    private static double First() => Clusters * Packed * Megabytes;

    private static double Further() => First() * WrittenEverywhere;

    /// <summary>In gigabytes.</summary>
    private static double All() => (First() + ((Points - 1) * Further())) / 1000;

    private static double Fleet(double capture) => (Clusters * InFleet) + capture;

    private static void Says(FormattableString text) =>
        Assert.Contains(text.ToString(CultureInfo.InvariantCulture), Operations, StringComparison.Ordinal);

    /// <summary>Of a point's bytes, and all content of so many points.</summary>
    private static double Share(string row)
    {
        var (point, content) = (Number(row) / Points, Number(row, 2));
        return Math.Round((content - point) / ((Points - 1) * point), 2);
    }

    private static double Number(string pattern, int group = 1) =>
        double.Parse(Match(pattern).Groups[group].Value, CultureInfo.InvariantCulture);

    private static double Median(string pattern)
    {
        var all = Match(pattern)
            .Groups[1]
            .Value.Split(", ")
            .Select(one => double.Parse(one, CultureInfo.InvariantCulture))
            .Order()
            .ToList();
        return all[all.Count / 2];
    }

    private static Match Match(string pattern)
    {
        var match = Regex.Match(Performance, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.True(match.Success, $"docs/performance.md has nothing of the form {pattern}");
        return match;
    }

    private static double Floor(double value, double step) => Math.Floor(value / step) * step;

    [GeneratedRegex(@"^\| [^|]+ \| [^|]+ \| `(?<file>src/[^`]+\.cs)`: `(?<code>[^`]+)` \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Enforced();
}
