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
    public void Every_alert_has_a_runbook_and_every_runbook_its_alert() =>
        Assert.Equal(
            Alerts.Select(a => (string)a!["title"]!).Order(StringComparer.Ordinal),
            Runbooks().Select(runbook => runbook.Title).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_runbook_says_what_it_means_where_to_look_what_to_do_and_whom_to_call() =>
        Assert.All(
            Runbooks(),
            runbook =>
            {
                Assert.Equal(["Means", "Look", "Do", "Escalate"], Step().Matches(runbook.Text).Select(m => m.Groups["step"].Value));
                Assert.Contains('`', runbook.Text[runbook.Text.IndexOf("**Look**", StringComparison.Ordinal)..]);
            }
        );

    private static IEnumerable<(string Title, string Text)> Runbooks()
    {
        var all = Operations[Operations.IndexOf("\n## Runbooks", StringComparison.Ordinal)..].Split("\n## ")[1];
        return all.Split("\n### ").Skip(1).Select(part => (part[..part.IndexOf('\n', StringComparison.Ordinal)], part));
    }

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

    [GeneratedRegex(@"^- \*\*(?<step>\w+)\*\*: ", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();

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
