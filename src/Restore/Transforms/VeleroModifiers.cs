using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;

namespace Holdfast.Restore.Transforms;

/// <summary>
/// Velero's resource modifiers (https://velero.io/docs/main/restore-resource-modifiers, version v1) as transforms. Strategic merge patches
/// need the Go types of built-in kinds and are refused by name.
/// </summary>
internal static class VeleroModifiers
{
    public static bool Is(JsonObject document) => document.ContainsKey("resourceModifierRules");

    /// <exception cref="JsonException">It has what isn't known.</exception>
    /// <exception cref="RestoreException">BadRequest: what can't be taken over, all of it.</exception>
    public static ImmutableArray<Transform> Read(JsonObject document)
    {
        var rules = document.Deserialize(TransformJson.Default.VeleroDocument)!.ResourceModifierRules;
        var problems = new List<string>();
        var transforms = rules.Select((rule, i) => Of(rule, $"resourceModifierRules[{i}]", problems)).ToImmutableArray();
        return problems.Count == 0 ? transforms : throw new RestoreException(RestoreRefusal.BadRequest, [.. problems]);
    }

    private static Transform Of(VeleroRule rule, string place, List<string> problems)
    {
        if (rule.StrategicPatches is { Length: > 0 })
            problems.Add($"{place}: strategicPatches aren't supported: write them as mergePatches or patches");
        if (rule.MergePatches is { Length: > 1 })
            problems.Add($"{place}: several mergePatches aren't supported: join them into one");
        var conditions = rule.Conditions;
        var name = conditions.ResourceNameRegex is { } regex
            ? [new FieldCondition { Path = "/metadata/name", Matches = regex }]
            : Array.Empty<FieldCondition>();
        return new()
        {
            Name = place,
            Match = new()
            {
                // Without a group its resource is of the core group; * is every group or every resource.
                Kinds = conditions.GroupResource is "*" or "*.*" ? [] : [conditions.GroupResource],
                Namespaces = conditions.Namespaces ?? [],
                Labels = Labels(conditions.LabelSelector),
                Fields = [.. name, .. (conditions.Matches ?? []).Select(m => new FieldCondition { Path = m.Path, Value = Value(m.Value) })],
            },
            Merge = Merge(rule.MergePatches?.FirstOrDefault()?.PatchData, place, problems),
            Patch = [.. (rule.Patches ?? []).Select(p => Operation(p, place, problems))],
        };
    }

    private static TransformOperation Operation(VeleroPatch patch, string place, List<string> problems)
    {
        if (!Enum.TryParse<PatchOperationKind>(patch.Operation, ignoreCase: true, out var op))
            problems.Add($"{place}: '{patch.Operation}' isn't an operation of a JSON patch");
        var hasValue = op is PatchOperationKind.Add or PatchOperationKind.Replace or PatchOperationKind.Test;
        return new()
        {
            Op = op,
            Path = patch.Path,
            From = patch.From,
            Value = hasValue ? Value(patch.Value ?? "") : default,
        };
    }

    private static JsonElement? Merge(string? data, string place, List<string> problems)
    {
        if (data is null)
            return null;
        try
        {
            if (YamlJson.Read(data) is JsonObject patch)
                return Element(patch);
        }
        catch (JsonException)
        {
            // the same as anything else that isn't an object
        }
        problems.Add($"{place}: the patchData of mergePatches isn't a YAML or JSON object");
        return null;
    }

    /// <summary>
    /// Values are texts, and stand for null, a boolean, a number, an object or a list where they read as one (Velero,
    /// <c>internal/resourcemodifiers</c>, <c>addQuotes</c>).
    /// </summary>
    private static JsonElement Value(string text)
    {
        var isJson =
            text is "null" or "true" or "false"
            || text.StartsWith('{')
            || text.StartsWith('[')
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        try
        {
            return Element(isJson ? ManifestJson.ParseText(text) : JsonValue.Create(text));
        }
        catch (JsonException)
        {
            return Element(JsonValue.Create(text));
        }
    }

    private static JsonElement Element(JsonNode? node)
    {
        using var document = JsonDocument.Parse(node?.ToJsonString() ?? "null");
        return document.RootElement.Clone();
    }

    private static string? Labels(VeleroSelector? selector)
    {
        if (selector is null)
            return null;
        var equal = (selector.MatchLabels ?? []).Select(l => $"{l.Key}={l.Value}");
        var others = (selector.MatchExpressions ?? []).Select(e =>
            e.Operator switch
            {
                "In" => $"{e.Key} in ({string.Join(',', e.Values ?? [])})",
                "NotIn" => $"{e.Key} notin ({string.Join(',', e.Values ?? [])})",
                "DoesNotExist" => $"!{e.Key}",
                _ => e.Key,
            }
        );
        return string.Join(',', equal.Concat(others));
    }
}

internal sealed record VeleroDocument(string Version, ImmutableArray<VeleroRule> ResourceModifierRules);

internal sealed record VeleroRule(
    VeleroConditions Conditions,
    VeleroPatch[]? Patches = null,
    VeleroPatchData[]? MergePatches = null,
    VeleroPatchData[]? StrategicPatches = null
);

internal sealed record VeleroConditions(
    string GroupResource,
    ImmutableArray<string>? Namespaces = null,
    string? ResourceNameRegex = null,
    VeleroSelector? LabelSelector = null,
    VeleroMatch[]? Matches = null
);

internal sealed record VeleroSelector(Dictionary<string, string>? MatchLabels = null, VeleroExpression[]? MatchExpressions = null);

internal sealed record VeleroExpression(string Key, string Operator, string[]? Values = null);

internal sealed record VeleroMatch(string Path, string Value);

internal sealed record VeleroPatch(string Operation, string Path, string? From = null, string? Value = null);

internal sealed record VeleroPatchData(string PatchData);
