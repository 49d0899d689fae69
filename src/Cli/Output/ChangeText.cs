using Holdfast.Archive.Format;
using Holdfast.Documents;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.History;

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

    /// <summary>What became of an object, in its colour.</summary>
    public static string Paint(Ink ink, ObjectChangeKind kind) => Paint(ink, kind, ChangeDocument.WordOf(kind));

    /// <summary><c>deployments.apps/web in shop</c></summary>
    public static string Object(ObjectVersion version) => new ObjectKey(version.Resource, version.Namespace, version.Name).ToString();

    private static string Paint(Ink ink, ObjectChangeKind kind, string text) =>
        kind switch
        {
            ObjectChangeKind.Added => ink.Green(text),
            ObjectChangeKind.Removed => ink.Red(text),
            _ => ink.Yellow(text),
        };
}
