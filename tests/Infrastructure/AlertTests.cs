using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests;

/// <summary>Alerts and the workbook ask for what the app really emits, and docs/operations.md explains each alert.</summary>
public sealed partial class AlertTests
{
    private static readonly string Operations = File.ReadAllText(RepositoryFiles.Path("docs/operations.md"));

    private static readonly JsonArray Alerts = JsonNode
        .Parse(File.ReadAllText(RepositoryFiles.Path("infra/shared/alerts.json")))!
        .AsArray();

    private static readonly string Sources = string.Concat(
        Directory.EnumerateFiles(RepositoryFiles.Path("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
    );

    [Fact]
    public void Every_alert_is_explained_and_every_explained_one_is_there() =>
        Assert.Equal(
            Heading()
                .Matches(Operations[Operations.IndexOf("\n### Alerts", StringComparison.Ordinal)..])
                .Select(m => Space().Replace(m.Groups["title"].Value, " "))
                .Order(StringComparer.Ordinal),
            Alerts.Select(a => (string)a!["title"]!).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_metric_that_is_asked_for_is_emitted()
    {
        var emitted = Instrument().Matches(Sources).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(Queries().SelectMany(q => Metric().Matches(q)).Select(m => m.Groups["name"].Value).Except(emitted));
    }

    [Fact]
    public void Every_property_that_is_asked_for_is_one_of_its_metric()
    {
        foreach (var query in Queries().Where(q => q.Contains("AppMetrics", StringComparison.Ordinal)))
        {
            var metric = Metric().Match(query).Groups["name"].Value;
            var row = Regex.Match(
                Operations,
                $@"^\| `{Regex.Escape(metric)}` \| [^|]*\|(?<by>[^|]*)\|",
                RegexOptions.Multiline,
                TimeSpan.FromSeconds(1)
            );

            Assert.True(row.Success, $"docs/operations.md doesn't explain {metric}");
            Assert.Subset(
                row.Groups["by"].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).ToHashSet(),
                Property().Matches(query).Select(m => m.Groups["name"].Value).ToHashSet()
            );
        }
    }

    [Fact]
    public void Every_text_that_is_looked_for_is_logged()
    {
        var texts = Queries().SelectMany(q => LoggedText().Matches(q)).Select(m => m.Groups["name"].Value).ToList();

        Assert.NotEmpty(texts);
        Assert.All(
            texts,
            text => Assert.Contains(text, string.Concat(LogTemplate().Matches(Sources).Select(m => m.Value)), StringComparison.Ordinal)
        );
    }

    /// <summary>The rules compare the column <c>Value</c>, by the dimensions that they name.</summary>
    [Fact]
    public void Every_alert_computes_its_value_by_its_dimensions() =>
        Assert.All(
            Alerts,
            a =>
            {
                var query = (string)a!["query"]!;
                Assert.Contains("Value = ", query, StringComparison.Ordinal);
                Assert.All(a["dimensions"]!.AsArray(), d => Assert.Contains($"{d} = tostring", query, StringComparison.Ordinal));
            }
        );

    private static IEnumerable<string> Queries() =>
        Alerts
            .Select(a => (string)a!["query"]!)
            .Concat(
                JsonNode.Parse(File.ReadAllText(RepositoryFiles.Path("infra/shared/workbook.json")))!["items"]!
                    .AsArray()
                    .Select(i => (string?)i!["content"]!["query"])
                    .OfType<string>()
            );

    [GeneratedRegex(@"^\*\*(?<title>[^*]+?)\*\*:", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Space();

    [GeneratedRegex(
        "Create(?:Counter|Histogram|ObservableGauge)(?:<\\w+>)?\\(\\s*\"(?<name>holdfast\\.[a-z.]+)\"",
        RegexOptions.None,
        5000
    )]
    private static partial Regex Instrument();

    [GeneratedRegex("Name == '(?<name>holdfast[^']+)'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Metric();

    [GeneratedRegex(@"Properties\.(?<name>\w+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Property();

    [GeneratedRegex("Message has '(?<name>[^']+)'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoggedText();

    [GeneratedRegex("LoggerMessage\\([^\"]*\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex LogTemplate();
}
