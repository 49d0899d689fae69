using Holdfast.Manifests.Converting;
using Holdfast.TestKit.Files;

namespace Holdfast.Manifests.Tests.Converting;

public sealed class DocumentedConversionsTests
{
    private const string Begin = "<!-- conversions: begin -->\n";
    private const string End = "<!-- conversions: end -->";
    private const int Columns = 140;

    [Fact]
    public void Every_conversion_is_in_the_documentation_with_what_it_changes()
    {
        var file = RepositoryFiles.Path("docs/restore.md");
        var text = File.ReadAllText(file);
        var (start, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (RepositoryFiles.Accepting)
            File.WriteAllText(file, text[..start] + Text() + text[end..]);
        else
            Assert.Equal(Text(), text[start..end]);
    }

    private static string Text()
    {
        var same = ConversionTable.Rows.Where(r => r.IsSame).Select(r => $"- {string.Join(", ", r.Kinds)}: {string.Join(", ", r.To)}");
        var others = ConversionTable
            .Rows.Where(r => !r.IsSame)
            .Select(r => $"- {string.Join(", ", r.Kinds)}, {string.Join(", ", r.From)} to {r.To[0]}: {r.Change}");
        var removed = ConversionTable.Removed.Select(r => $"- {r.Kind} ({string.Join(", ", r.Versions)}): {r.Replacement}");
        return $"""
            {Lines(others)}
            Versions that are equal in shape, where nothing but the version changes, in any direction:

            {Lines(same)}
            Kinds without a successor, which aren't restorable where they aren't served:

            {Lines(removed)}
            """.ReplaceLineEndings("\n");
    }

    private static string Lines(IEnumerable<string> texts) => string.Concat(texts.Select(Wrapped));

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
