using Holdfast.Documents;
using Holdfast.Restore.Comparing;

namespace Holdfast.Cli.Output;

/// <summary>A difference between two states as a person reads it.</summary>
internal static class ChangeText
{
    public static void Print(ObjectChange change, Ink ink, Action<string> line)
    {
        var where = change.Namespace is null ? "" : $" in {change.Namespace}";
        line(
            $"  {Paint(ink, change.Kind, ChangeDocument.WordOf(change.Kind).PadRight(8))} {change.Resource}/{ink.Bold(change.Name)}{where}"
        );
        foreach (var field in change.Diff)
            FieldText.Print(field, ink, line);
    }

    public static string Summary(IReadOnlyCollection<ObjectChange> changes, Ink ink) =>
        changes.Count == 0
            ? ink.Green("equal")
            : string.Join(
                ", ",
                changes
                    .GroupBy(c => c.Kind)
                    .OrderBy(g => g.Key)
                    .Select(g => Paint(ink, g.Key, $"{Readable.Count(g.Count())} {ChangeDocument.WordOf(g.Key)}"))
            );

    private static string Paint(Ink ink, ObjectChangeKind kind, string text) =>
        kind switch
        {
            ObjectChangeKind.Added => ink.Green(text),
            ObjectChangeKind.Removed => ink.Red(text),
            _ => ink.Yellow(text),
        };
}
