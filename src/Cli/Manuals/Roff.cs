using System.Globalization;
using System.Text;

namespace Holdfast.Cli.Manuals;

/// <summary>
/// Writes a page in the <c>man</c> macros, which groff and mandoc read. Source: groff_man(7), groff_char(7). Text is escaped: nothing of it
/// is a request or an escape of roff.
/// </summary>
internal sealed class Roff
{
    private readonly StringBuilder text = new();

    /// <param name="name">Of the page, in section 1.</param>
    public Roff(string name, string version) =>
        Request($".TH \"{Escaped(name.ToUpperInvariant())}\" 1 \"\" \"holdfast {Escaped(version)}\" \"Holdfast\"");

    public override string ToString() => text.ToString();

    public void Section(string title) => Request($".SH {title}");

    public void Paragraph(string words)
    {
        Request(".PP");
        Line(Escaped(words));
    }

    /// <summary>The line of the page's name, by which <c>apropos</c> finds it.</summary>
    public void Name(string name, string words) => Line($"{Escaped(name)} \\- {Escaped(words)}");

    /// <summary>Words as they are, in lines of their own.</summary>
    public void Example(string what, string line)
    {
        Paragraph($"{what}:");
        Request(".PP");
        Request(".nf");
        Request(".RS 4");
        Line(Escaped(line));
        Request(".RE");
        Request(".fi");
    }

    /// <summary>A term in bold, and what it means, set in.</summary>
    /// <param name="value">Behind the term, in italics; null: nothing.</param>
    public void Entry(string term, string? value, string words)
    {
        Request(".TP");
        Line($"\\fB{Escaped(term)}\\fR" + (value is null ? "" : $" \\fI{Escaped(value)}\\fR"));
        Line(Escaped(words));
    }

    public void Synopsis(string command, string rest)
    {
        Request(".PP");
        Line($"\\fB{Escaped(command)}\\fR {Escaped(rest)}".TrimEnd());
    }

    /// <summary>Other pages, in section 1.</summary>
    public void Pages(IEnumerable<string> names)
    {
        Request(".PP");
        Line(string.Join(", ", names.Select(n => $"\\fB{Escaped(n)}\\fR(1)")));
    }

    private void Request(string request) => text.Append(request).Append('\n');

    /// <summary>A line of text: one that begins as a request does is none.</summary>
    private void Line(string escaped)
    {
        if (escaped.StartsWith('.') || escaped.StartsWith('\''))
            text.Append("\\&");
        text.Append(escaped).Append('\n');
    }

    private static string Escaped(string words)
    {
        var escaped = new StringBuilder(words.Length + 16);
        foreach (var rune in words.EnumerateRunes())
            _ = rune.Value switch
            {
                '\\' => escaped.Append("\\(rs"),
                '-' => escaped.Append("\\-"),
                '\'' => escaped.Append("\\(aq"),
                '`' => escaped.Append("\\(ga"),
                '~' => escaped.Append("\\(ti"),
                '^' => escaped.Append("\\(ha"),
                '"' => escaped.Append("\\(dq"),
                '\n' or '\r' => escaped.Append(' '),
                > 126 => escaped.Append(CultureInfo.InvariantCulture, $"\\[u{rune.Value:X4}]"),
                _ => escaped.Append(rune.ToString()),
            };
        return escaped.ToString();
    }
}
