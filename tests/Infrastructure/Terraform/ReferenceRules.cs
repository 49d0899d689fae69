using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.Infrastructure.Tests.Terraform;

/// <summary>
/// What expressions refer to exists: variables, locals, outputs of modules, attributes of resources. Calls of modules give what these ask
/// for and nothing else. Every variable is explained, and used. Pure.
/// </summary>
internal static partial class ReferenceRules
{
    private static readonly string[] OfCalls = ["source", "count", "for_each", "depends_on", "providers"];

    public static IEnumerable<string> Broken(TerraformFiles files) =>
        files.Modules.SelectMany(module =>
            Dangling(module, files).Concat(Calls(module, files)).Concat(Unexplained(module)).Concat(Unused(module))
        );

    private static IEnumerable<string> Dangling(TerraformModule module, TerraformFiles files) =>
        References(module.Content)
            .Distinct(StringComparer.Ordinal)
            .Where(reference => !Exists(reference.Split('.'), module, files))
            .Select(reference => $"{module.Name}: {reference} is nowhere");

    private static bool Exists(string[] parts, TerraformModule module, TerraformFiles files) =>
        parts switch
        {
            ["var", var name, ..] => module.Variables.Any(v => v.Name == name),
            ["local", var name, ..] => module.Locals.Contains(name, StringComparer.Ordinal),
            ["module", var name, .. var output] => module.Calls.FirstOrDefault(c => c.Name == name).Body is { } call
                && (output is [] || files.Module(TerraformModule.TargetOf(call)).Outputs.Any(o => o.Name == output[0])),
            ["data", var type, var name, .. var member] => Has($"data.{type}", name, member, module, files),
            [var type, var name, .. var member] => Has(type, name, member, module, files),
            _ => false,
        };

    private static bool Has(string type, string name, string[] member, TerraformModule module, TerraformFiles files)
    {
        if (!module.Resources.Any(r => r.Type == type && r.Name == name) || files.Schemas[type] is not JsonObject schema)
            return false;
        return member is []
            || schema["attributes"]!.AsObject().ContainsKey(member[0])
            || schema["read"]!.AsArray().Any(read => (string)read! == member[0]);
    }

    private static IEnumerable<string> Calls(TerraformModule module, TerraformFiles files)
    {
        foreach (var (name, call) in module.Calls)
        {
            var target = files.Modules.FirstOrDefault(m => m.Name == TerraformModule.TargetOf(call));
            if (target is null)
            {
                yield return $"{module.Name}: there is no module {TerraformModule.TargetOf(call)}";
                continue;
            }
            var given = call.Select(member => member.Key).Except(OfCalls).ToList();
            foreach (var one in given.Where(g => target.Variables.All(v => v.Name != g)))
                yield return $"{module.Name}: {target.Name} has no variable {one} ({name})";
            foreach (var (missing, _) in target.Variables.Where(v => !v.Body.ContainsKey("default") && !given.Contains(v.Name)))
                yield return $"{module.Name}: {name} doesn't give {missing} to {target.Name}";
        }
    }

    private static IEnumerable<string> Unexplained(TerraformModule module) =>
        [
            .. module
                .Variables.Where(v => !v.Body.ContainsKey("description") || !v.Body.ContainsKey("type"))
                .Select(v => $"{module.Name}: the variable {v.Name} needs a description and a type"),
            .. module
                .Outputs.Where(o => !o.Body.ContainsKey("description"))
                .Select(o => $"{module.Name}: the output {o.Name} needs a description"),
        ];

    private static IEnumerable<string> Unused(TerraformModule module)
    {
        var rest = (JsonObject)module.Content.DeepClone();
        rest.Remove("variable");
        var used = References(rest).ToHashSet(StringComparer.Ordinal);
        return module
            .Variables.Where(v => !used.Any(u => u == $"var.{v.Name}" || u.StartsWith($"var.{v.Name}.", StringComparison.Ordinal)))
            .Select(v => $"{module.Name}: nothing uses the variable {v.Name}");
    }

    /// <summary>Without indices and splats: <c>module.entra[0].client_id</c> is <c>module.entra.client_id</c>.</summary>
    private static IEnumerable<string> References(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(m => References(m.Value)),
            JsonArray elements => elements.SelectMany(References),
            JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => Expression()
                .Matches((string)value!)
                .SelectMany(e => Reference().Matches(Text().Replace(e.Value, "")))
                .Select(m => Index().Replace(m.Value, "")),
            _ => [],
        };

    [GeneratedRegex(@"\$\{.*\}", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();

    /// <summary>Strings without expressions in them.</summary>
    [GeneratedRegex("\"[^\"$]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Text();

    [GeneratedRegex(
        @"(?<![\w.])(?:var|local|module|data\.(?:azurerm|azuread)_\w+|(?:azurerm|azuread)_\w+)(?:\.\w+|\[[^\[\]]*\])+",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Reference();

    [GeneratedRegex(@"\[[^\[\]]*\]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Index();
}
