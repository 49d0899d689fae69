using System.Text;

namespace Holdfast.Cli.Output;

/// <summary>Aligned columns, one row a line, never wrapped: it reads well and cuts well.</summary>
/// <param name="headings">A heading that starts with <c>&gt;</c> is of a column aligned to the right.</param>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Print(Screen screen)
    {
        var names = headings.Select(h => h.TrimStart('>')).ToArray();
        var widths = names.Select((name, i) => Math.Max(name.Length, rows.Count == 0 ? 0 : rows.Max(r => Ink.Width(r[i])))).ToArray();
        screen.Line(screen.Ink.Dim(Row(names, widths)));
        foreach (var row in rows)
            screen.Line(Row(row, widths));
    }

    private string Row(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            var space = new string(' ', widths[i] - Ink.Width(cells[i]));
            line.Append(headings[i][0] == '>' ? space + cells[i] : cells[i] + space).Append("  ");
        }
        return line.ToString().TrimEnd();
    }
}
