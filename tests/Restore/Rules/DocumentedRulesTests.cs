using Holdfast.Restore.Rules;
using Holdfast.TestKit.Files;

namespace Holdfast.Restore.Tests.Rules;

public sealed class DocumentedRulesTests
{
    private const string Begin = "<!-- rules: begin -->\n";
    private const string End = "<!-- rules: end -->";

    [Fact]
    public void Every_rule_stands_in_the_documentation_with_its_reason()
    {
        var file = RepositoryFiles.Path("docs/restore.md");
        var text = File.ReadAllText(file);
        var (start, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (RepositoryFiles.Accepting)
            File.WriteAllText(file, text[..start] + Table() + text[end..]);
        else
            Assert.Equal(Table(), text[start..end]);
    }

    [Fact]
    public void Every_rule_has_an_id_of_its_own() =>
        Assert.Equal(ManifestRules.Table.Length, ManifestRules.Table.Select(r => r.Id).Distinct().Count());

    private static string Table()
    {
        var rows = ManifestRules.Table.Select(r =>
            $"| `{r.Id}` | {(r.Types is ["*"] ? "every object" : string.Join(", ", r.Types))} | "
            + $"{r.Effect.ToString().ToLowerInvariant()} | {r.Reason} |\n"
        );
        return "| rule | of | does | because |\n|---|---|---|---|\n" + string.Concat(rows);
    }
}
