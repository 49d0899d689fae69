using Holdfast.Machine.Terminals;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Cli.Output;

/// <summary>One field's difference as a person reads it.</summary>
internal static class FieldText
{
    private const int LongestValue = 120;

    public static void Print(FieldDiff field, Ink ink, Action<string> line)
    {
        var stays = field.Stays ? ink.Dim("  (stays)") : "";
        var order = field.Reordered == true ? ", order" : "";
        line(
            (field.Live, field.Desired) switch
            {
                (null, { } desired) => $"      {ink.Green("+")} {field.Name}: {ink.Green(Short(desired))}{stays}",
                ({ } live, null) => $"      {ink.Red("-")} {field.Name}: {ink.Red(Short(live))}{stays}",
                var (live, desired) => $"      {ink.Yellow("~")} {field.Name}{order}: {ink.Red(Short(live ?? ""))} -> "
                    + $"{ink.Green(Short(desired ?? ""))}{stays}",
            }
        );
    }

    private static string Short(string json) => CutText.To(LongestValue, json, $"... ({json.Length} characters)");
}
