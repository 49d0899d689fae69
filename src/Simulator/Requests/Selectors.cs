using System.Buffers;
using System.Text.Json;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Requests;

/// <summary>A label selector and a field selector (by name and namespace only). Thread-safe.</summary>
internal sealed class Selectors
{
    private static readonly SearchValues<char> NotInKeys = SearchValues.Create("()!=, ");

    private readonly List<(string Key, string Operator, string[] Values)> labelRequirements = [];
    private readonly List<(string Field, bool Equal, string Value)> fieldRequirements = [];

    public bool IsEmpty => labelRequirements.Count == 0 && fieldRequirements.Count == 0;

    public static Selectors Parse(string? labels, string? fields)
    {
        var selectors = new Selectors();
        foreach (var requirement in Split(labels))
            selectors.labelRequirements.Add(ParseLabel(requirement));
        foreach (var requirement in Split(fields))
            selectors.fieldRequirements.Add(ParseField(requirement));
        return selectors;
    }

    public bool Match(StoredVersion version)
    {
        foreach (var (field, equal, value) in fieldRequirements)
        {
            var actual = field == "metadata.name" ? version.Name : version.Namespace ?? "";
            if ((actual == value) != equal)
                return false;
        }
        if (labelRequirements.Count == 0)
            return true;
        var labels = LabelsOf(version);
        return labelRequirements.TrueForAll(requirement => Match(labels, requirement.Key, requirement.Operator, requirement.Values));
    }

    private static bool Match(Dictionary<string, string> labels, string key, string @operator, string[] values) =>
        @operator switch
        {
            "exists" => labels.ContainsKey(key),
            "!" => !labels.ContainsKey(key),
            "in" => labels.TryGetValue(key, out var value) && values.Contains(value),
            _ => !labels.TryGetValue(key, out var value) || !values.Contains(value),
        };

    private static (string, string, string[]) ParseLabel(string text)
    {
        if (text.StartsWith('!'))
            return (Key(text[1..], text), "!", []);
        foreach (var (sign, name) in (ReadOnlySpan<(string, string)>)[("!=", "notin"), ("==", "in"), ("=", "in")])
        {
            if (text.IndexOf(sign, StringComparison.Ordinal) is var at and >= 0)
                return (Key(text[..at], text), name, [Value(text[(at + sign.Length)..], text)]);
        }
        var words = text.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 1)
            return (Key(words[0], text), "exists", []);
        var (set, values) = words[1].Split('(', 2) is [var first, var second] ? (first.Trim(), second) : ("", "");
        if (set is not ("in" or "notin") || !values.EndsWith(')'))
            throw Unparsable(text);
        return (Key(words[0], text), set, values[..^1].Split(',', StringSplitOptions.TrimEntries));
    }

    private static string Key(string key, string text) =>
        key.Trim() is { Length: > 0 } trimmed && !trimmed.AsSpan().ContainsAny(NotInKeys) ? trimmed : throw Unparsable(text);

    private static string Value(string value, string text) =>
        value.AsSpan().Trim() is var trimmed && !trimmed.ContainsAny(NotInKeys) ? trimmed.ToString() : throw Unparsable(text);

    private static (string, bool, string) ParseField(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
            throw ApiError.BadRequest($"invalid selector: '{text}'; can't understand '{text}'");
        var isUnequal = text[at - 1] == '!';
        var field = text[..(isUnequal ? at - 1 : at)].Trim();
        if (field is not ("metadata.name" or "metadata.namespace"))
            throw ApiError.BadRequest($"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        return (field, !isUnequal, text[(at + 1)..].TrimStart('=').Trim());
    }

    // At commas, but for those inside parentheses.
    private static List<string> Split(string? text)
    {
        List<string> parts = [];
        var (start, depth) = (0, 0);
        for (var i = 0; i <= (text?.Length ?? -1); i++)
        {
            var c = i == text!.Length ? ',' : text[i];
            depth +=
                c == '(' ? 1
                : c == ')' ? -1
                : 0;
            if (c != ',' || (depth > 0 && i < text.Length))
                continue;
            if (text[start..i].Trim() is { Length: > 0 } part)
                parts.Add(part);
            start = i + 1;
        }
        return parts;
    }

    private static ApiError Unparsable(string text) => ApiError.BadRequest($"unable to parse requirement: '{text}'");

    private static Dictionary<string, string> LabelsOf(StoredVersion version)
    {
        Dictionary<string, string> labels = [];
        var reader = new Utf8JsonReader(version.Metadata.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isLabels = reader.ValueTextEquals("labels"u8);
            reader.Read();
            if (!isLabels || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                reader.Read();
                labels[key] = reader.GetString() ?? "";
            }
        }
        return labels;
    }
}
