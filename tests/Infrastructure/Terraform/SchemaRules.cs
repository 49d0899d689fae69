using System.Text.Json.Nodes;

namespace Holdfast.Infrastructure.Tests.Terraform;

/// <summary>
/// Holds each resource, data source and provider against the schema of its type: its attributes and blocks exist, are of their kind, and
/// none that is required is missing. Pure.
/// </summary>
internal static class SchemaRules
{
    private static readonly string[] OfTerraform = ["count", "for_each", "depends_on", "provider", "lifecycle", "alias", "dynamic"];

    public static IEnumerable<string> Broken(TerraformFiles files) =>
        files
            .Resources.Select(r => (Where: r.ToString(), r.Type, r.Body))
            .Concat(
                from module in files.Modules
                from provider in module.Content["provider"] as JsonObject ?? []
                select (Where: $"provider {provider.Key}", Type: provider.Key, Body: provider.Value![0]!.AsObject())
            )
            .SelectMany(one =>
                files.Schemas[one.Type] is JsonObject schema
                    ? Broken(one.Where, one.Body, schema["attributes"]!.AsObject(), schema["blocks"]!.AsObject())
                    : [$"{one.Where}: the provider has no {one.Type}"]
            );

    private static IEnumerable<string> Broken(string where, JsonObject body, JsonObject attributes, JsonObject blocks)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in body.Where(member => !OfTerraform.Contains(member.Key)))
        {
            given.Add(name);
            foreach (var problem in Broken(where, name, value!, attributes, blocks))
                yield return problem;
        }
        foreach (var (name, value) in body["dynamic"] as JsonObject ?? [])
        {
            given.Add(name);
            foreach (var content in value!.AsArray().SelectMany(d => d!["content"]!.AsArray()))
            foreach (var problem in Broken(where, name, new JsonArray(content!.DeepClone()), attributes, blocks))
                yield return problem;
        }
        foreach (var (name, attribute) in attributes.Where(a => (bool)a.Value!["required"]! && !given.Contains(a.Key)))
            yield return $"{where}: {name} is required ({attribute!["kind"]})";
    }

    private static IEnumerable<string> Broken(string where, string name, JsonNode value, JsonObject attributes, JsonObject blocks)
    {
        if (attributes[name] is not JsonObject attribute)
            return [$"{where}: there is no {name}"];
        var kind = (string)attribute["kind"]!;
        if (!IsOf(kind, value))
            return [$"{where}: {name} is a {kind}, not {value.ToJsonString()}"];
        return kind != "block"
            ? []
            : value
                .AsArray()
                .SelectMany(b => Broken($"{where}.{name}", b!.AsObject(), blocks[(string)attribute["of"]!]!.AsObject(), blocks));
    }

    /// <summary>Expressions are known to Terraform only.</summary>
    private static bool IsOf(string kind, JsonNode value) =>
        kind switch
        {
            "block" => value is JsonArray blocks && blocks.All(b => b is JsonObject),
            "bool" => IsExpression(value)
                || value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
            "number" => IsExpression(value) || value.GetValueKind() == System.Text.Json.JsonValueKind.Number,
            "string" => value.GetValueKind() == System.Text.Json.JsonValueKind.String,
            "list" => IsExpression(value) || value is JsonArray,
            _ => IsExpression(value) || value is JsonObject,
        };

    private static bool IsExpression(JsonNode value) =>
        value.GetValueKind() == System.Text.Json.JsonValueKind.String && ((string)value!).StartsWith("${", StringComparison.Ordinal);
}
