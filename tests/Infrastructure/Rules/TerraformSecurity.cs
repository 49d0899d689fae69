using System.Text.Json.Nodes;
using Holdfast.Infrastructure.Tests.Terraform;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>The settings and roles of the tables, as Terraform has them. Pure: each gives what is wrong.</summary>
internal static class TerraformSecurity
{
    public static IEnumerable<string> Settings(TerraformFiles files) =>
        SecuritySettings.All.Where(s => s.TerraformType is not null).SelectMany(s => Broken(s, files)).Distinct();

    /// <summary>The same assignments as in Bicep, each with its role and on its scope.</summary>
    public static IEnumerable<string> Roles(TerraformFiles files)
    {
        var made = files
            .Resources.Where(r => r.Type == "azurerm_role_assignment")
            .Select(r => $"{r.Module}.{r.Name}: {RoleOf(r)}")
            .ToList();
        var expected = Assignments.All.Select(a => $"{a.Module}.{a.Name}: {a.Role}").ToList();
        return
        [
            .. expected.Except(made, StringComparer.Ordinal).Select(line => $"{line} is missing"),
            .. made.Except(expected, StringComparer.Ordinal).Select(line => $"nothing needs {line}"),
        ];
    }

    public static IEnumerable<string> AppSettings(TerraformFiles files)
    {
        var settings = files.Module("app_settings").Outputs.Single(o => o.Name == "settings").Body["value"]!.AsObject();
        return DeployedSettings.Wrong(settings.Select(s => s.Key), isPremium: false);
    }

    private static IEnumerable<string> Broken(SecuritySetting setting, TerraformFiles files)
    {
        var concerned = files
            .Resources.Where(r => r.Type == setting.TerraformType)
            .Where(r => setting.TerraformModule is null || r.Module == setting.TerraformModule)
            .ToList();
        if (concerned.Count == 0)
            yield return $"there is no {setting.TerraformType}";
        foreach (var resource in concerned)
            if (!Fits(resource.At(setting.TerraformPath), setting.Terraform))
                yield return $"{resource}: {setting.TerraformPath} is "
                    + $"{resource.At(setting.TerraformPath)?.ToJsonString() ?? "not set"}, not {setting.Terraform}";
    }

    private static bool Fits(JsonNode? value, string expected) =>
        value is not null && (expected == "*" || JsonNode.DeepEquals(value, JsonNode.Parse(expected)));

    /// <summary>The key in roles.json, by which the expression ends; what a module is given goes by what its callers give it.</summary>
    private static string RoleOf(TerraformResource assignment) =>
        ((string)assignment.Body["role_definition_id"]!).TrimEnd('}').Split(['/', '.', '{'])[^1] switch
        {
            "writer_role" => "vaultWriter",
            "signer_role" => "sealSigner",
            "wrapper_role" => "keyWrapper",
            "role_definition_resource_id" => "versionReader",
            var key => key,
        };
}
