using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Machine.Faults;

namespace Holdfast.Control.Hooks;

/// <summary>
/// A command as annotations have it, by Velero's rule: a text that begins with a bracket is a JSON array of a program and its arguments,
/// anything else one program without arguments. An unreadable array, which Velero takes for a program's name, is a problem here. Pure.
/// </summary>
/// <remarks>Source: velero.io/docs/main/backup-hooks, internal/hook/item_hook_handler.go.</remarks>
/// <param name="Words">The program and its arguments; empty where there is a problem.</param>
/// <param name="Problem">What is wrong and what to write; null: nothing.</param>
public readonly record struct HookCommandText(ImmutableArray<string> Words, string? Problem)
{
    public static HookCommandText Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new([], "is missing or empty; write a program, or a JSON array of a program and its arguments");
        if (text[0] != '[')
            return new([text], null);
        return WordsOf(text) is { } words
            ? new(words, null)
            : new([], "begins with '[' and isn't a JSON array of texts with a program in front");
    }

    private static ImmutableArray<string>? WordsOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var items = document.RootElement.EnumerateArray().ToList();
            if (items.Count == 0 || items.Exists(i => i.ValueKind != JsonValueKind.String))
                return null;
            return items[0].GetString()!.Trim().Length == 0 ? null : [.. items.Select(i => i.GetString()!)];
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }
}
