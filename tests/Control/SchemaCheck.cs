using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.Control.Tests;

/// <summary>
/// Evaluates the part of JSON Schema 2020-12 that our schemas use; a keyword beyond that is an error, so that none goes unchecked.
/// </summary>
internal sealed class SchemaCheck(JsonObject root)
{
    private static readonly string[] Notes = ["$schema", "$id", "$defs", "title", "description", "default"];

    public bool Accepts(JsonNode? document) => Accepts(root, document);

    private bool Accepts(JsonObject schema, JsonNode? value) =>
        schema.All(keyword => Notes.Contains(keyword.Key) || Accepts(schema, keyword.Key, keyword.Value!, value));

    private bool Accepts(JsonObject schema, string keyword, JsonNode rule, JsonNode? value) =>
        keyword switch
        {
            "$ref" => Accepts(root["$defs"]![rule.GetValue<string>().Split('/')[^1]]!.AsObject(), value),
            "type" => TypeOf(value).Contains(rule.GetValue<string>()),
            "not" => !Accepts(rule.AsObject(), value),
            "const" => JsonNode.DeepEquals(rule, value),
            "enum" => rule.AsArray().Any(r => JsonNode.DeepEquals(r, value)),
            "minLength" => Text(value) is not { } text || text.Length >= (int)rule,
            "maxLength" => Text(value) is not { } text || text.Length <= (int)rule,
            "pattern" => Text(value) is not { } text || Regex.IsMatch(text, rule.GetValue<string>()),
            "minimum" => Number(value) is not { } number || number >= (double)rule,
            "maximum" => Number(value) is not { } number || number <= (double)rule,
            "items" => value is not JsonArray items || items.All(i => Accepts(rule.AsObject(), i)),
            "maxItems" => value is not JsonArray items || items.Count <= (int)rule,
            "minItems" => value is not JsonArray items || items.Count >= (int)rule,
            "uniqueItems" => value is not JsonArray items || items.Select(i => i?.ToJsonString()).Distinct().Count() == items.Count,
            "required" => value is not JsonObject members || rule.AsArray().All(r => members.ContainsKey((string)r!)),
            "minProperties" => value is not JsonObject members || members.Count >= (int)rule,
            "maxProperties" => value is not JsonObject members || members.Count <= (int)rule,
            "propertyNames" => value is not JsonObject members || members.All(m => Accepts(rule.AsObject(), m.Key)),
            "properties" => value is not JsonObject members
                || members.All(m => rule[m.Key] is not JsonObject property || Accepts(property, m.Value)),
            "additionalProperties" => value is not JsonObject members
                || members.All(m => schema["properties"]?[m.Key] is not null || (rule is JsonObject other && Accepts(other, m.Value))),
            _ => throw new NotSupportedException($"the keyword {keyword} isn't evaluated here"),
        };

    private static string[] TypeOf(JsonNode? value) =>
        value switch
        {
            JsonObject => ["object"],
            JsonArray => ["array"],
            JsonValue when Text(value) is not null => ["string"],
            JsonValue leaf when leaf.TryGetValue<bool>(out _) => ["boolean"],
            JsonValue when Number(value) is { } number => double.IsInteger(number) ? ["integer", "number"] : ["number"],
            _ => [],
        };

    private static string? Text(JsonNode? value) => value is JsonValue leaf && leaf.TryGetValue<string>(out var text) ? text : null;

    private static double? Number(JsonNode? value) => value is JsonValue leaf && leaf.TryGetValue<double>(out var number) ? number : null;
}
