using Holdfast.Restore.Rules;
using Holdfast.TestKit.Files;

namespace Holdfast.Restore.Tests.Rules;

public sealed class DocumentedRulesTests
{
    private const string Begin = "<!-- rules: begin -->\n";
    private const string End = "<!-- rules: end -->";
    private const int Columns = 140;

    [Fact]
    public void Every_rule_is_in_the_documentation_with_its_reason()
    {
        var file = RepositoryFiles.Path("docs/restore.md");
        var text = File.ReadAllText(file);
        var (start, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (RepositoryFiles.Accepting)
            File.WriteAllText(file, text[..start] + Rows() + text[end..]);
        else
            Assert.Equal(Rows(), text[start..end]);
    }

    [Fact]
    public void Every_rule_has_an_id_of_its_own() =>
        Assert.Equal(ManifestRules.Table.Length, ManifestRules.Table.Select(r => r.Id).Distinct().Count());

    private static string Rows() => string.Concat(ManifestRules.Table.Select(r => Wrapped($"- `{r.Id}` ({Effect(r)}): {r.Reason}")));

    private static string Effect(Rule rule) =>
        $"{rule.Effect.ToString().ToLowerInvariant()}, of {(rule.Types is ["*"] ? "every object" : string.Join(", ", rule.Types))}";

    private static string Wrapped(string text)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length + 1 + word.Length > Columns)
                lines.Add("  " + word);
            else
                lines[^1] += lines[^1] is "" ? word : ' ' + word;
        }
        return string.Concat(lines.Select(line => line + "\n"));
    }
}
