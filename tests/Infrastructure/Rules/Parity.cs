using System.Text.RegularExpressions;
using Holdfast.Infrastructure.Tests.Terraform;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>
/// Bicep and Terraform make the same: the same modules, which call the same, with the same resources under the same names, on the same
/// conditions. Names of Bicep are compared in the words of Terraform: <c>hostStorage</c> is <c>host_storage</c>.
/// </summary>
internal static partial class Parity
{
    private const string Template = "azurerm_resource_group_template_deployment";

    /// <summary>What a resource of Bicep is in Terraform.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["Microsoft.Authorization/roleAssignments"] = "azurerm_role_assignment",
        ["Microsoft.Authorization/roleDefinitions"] = "azurerm_role_definition",
        ["Microsoft.Graph/applications"] = "azuread_application",
        ["Microsoft.Graph/servicePrincipals"] = "azuread_service_principal",
        ["Microsoft.Insights/actionGroups"] = "azurerm_monitor_action_group",
        ["Microsoft.Insights/components"] = "azurerm_application_insights",
        ["Microsoft.Insights/scheduledQueryRules"] = "azurerm_monitor_scheduled_query_rules_alert_v2",
        ["Microsoft.Insights/workbooks"] = "azurerm_application_insights_workbook",
        ["Microsoft.KeyVault/vaults"] = "azurerm_key_vault",
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "azurerm_user_assigned_identity",
        ["Microsoft.Network/natGateways"] = "azurerm_nat_gateway",
        ["Microsoft.Network/privateDnsZones"] = "azurerm_private_dns_zone",
        ["Microsoft.Network/privateDnsZones/virtualNetworkLinks"] = "azurerm_private_dns_zone_virtual_network_link",
        ["Microsoft.Network/privateEndpoints"] = "azurerm_private_endpoint",
        ["Microsoft.Network/publicIPAddresses"] = "azurerm_public_ip",
        ["Microsoft.Network/virtualNetworks"] = "azurerm_virtual_network",
        ["Microsoft.OperationalInsights/workspaces"] = "azurerm_log_analytics_workspace",
        ["Microsoft.Storage/storageAccounts"] = "azurerm_storage_account",
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = "azurerm_storage_container",
        ["Microsoft.Storage/storageAccounts/managementPolicies"] = "azurerm_storage_management_policy",
        ["Microsoft.Web/serverfarms"] = "azurerm_service_plan",
        ["Microsoft.Web/sites"] = "azurerm_linux_function_app",
    };

    /// <summary>Resources of Bicep that are blocks of another resource in Terraform.</summary>
    private static readonly string[] Blocks =
    [
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "Microsoft.Storage/storageAccounts/blobServices",
        "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
        "Microsoft.Web/sites/config",
    ];

    /// <summary>Resources of Terraform that are properties of another resource in Bicep.</summary>
    private static readonly string[] Properties =
    [
        "network: azurerm_nat_gateway_public_ip_association.egress",
        "network: azurerm_subnet.app",
        "network: azurerm_subnet.endpoints",
        "network: azurerm_subnet_nat_gateway_association.app",
        "entra: azuread_application_pre_authorized.azure_cli",
    ];

    /// <summary>Modules of Bicep that Terraform deploys as they are compiled, and from where.</summary>
    private static readonly Dictionary<string, string> Deployed = new(StringComparer.Ordinal)
    {
        ["vault_container"] = "vault",
        ["keys"] = "key_vault",
        ["flex_app"] = "flex_app",
    };

    /// <summary>What one makes and the other doesn't.</summary>
    public static IEnumerable<string> Differences(TerraformFiles terraform)
    {
        var (bicep, other) = (OfBicep(), OfTerraform(terraform));
        return
        [
            .. bicep.Except(other, StringComparer.Ordinal).Select(line => $"only Bicep: {line}"),
            .. other.Except(bicep, StringComparer.Ordinal).Select(line => $"only Terraform: {line}"),
        ];
    }

    private static List<string> OfBicep()
    {
        var lines = new List<string>();
        foreach (var path in Directory.EnumerateFiles(RepositoryFiles.Path("infra/bicep"), "*.bicep", SearchOption.AllDirectories))
        {
            var module = Path.GetFileNameWithoutExtension(path) is var name && name == "main" ? "root" : Snake(name);
            if (Deployed.ContainsKey(module))
                continue;
            foreach (Match found in Declaration().Matches(File.ReadAllText(path)))
                if (LineOf(module, found) is { } line)
                    lines.Add(line);
        }
        return lines;
    }

    /// <summary>Null: it is nothing of its own in Terraform.</summary>
    private static string? LineOf(string module, Match found)
    {
        var (name, what, how) = (Snake(found.Groups["name"].Value), found.Groups["what"].Value, found.Groups["how"].Value);
        var many =
            how.StartsWith("if", StringComparison.Ordinal) ? " if"
            : how.StartsWith('[') ? " for"
            : "";
        if (found.Groups["kind"].Value == "resource")
        {
            var type = what[..what.IndexOf('@', StringComparison.Ordinal)];
            return Blocks.Contains(type) ? null : $"{module}: {Types[type]}.{name}{many}";
        }
        var target = Snake(Path.GetFileNameWithoutExtension(what));
        return Deployed.GetValueOrDefault(target) is { } place && place == module
            ? $"{module}: {Template}.{name}{many}"
            : $"{module}: module {name} -> {target}{many}";
    }

    private static List<string> OfTerraform(TerraformFiles files) =>
        [
            .. files
                .Modules.Where(m => !Deployed.ContainsKey(m.Name))
                .SelectMany(m => m.Resources)
                .Where(r => !r.Type.StartsWith("data.", StringComparison.Ordinal) && !Properties.Contains(r.ToString()))
                .Select(r => $"{r}{Many(r.Body)}"),
            .. files.Modules.SelectMany(m =>
                m.Calls.Select(c => $"{m.Name}: module {c.Name} -> {TerraformModule.TargetOf(c.Body)}{Many(c.Body)}")
            ),
        ];

    private static string Many(System.Text.Json.Nodes.JsonObject body) =>
        body.ContainsKey("count") ? " if"
        : body.ContainsKey("for_each") ? " for"
        : "";

    internal static string Snake(string name) => Hump().Replace(name, "${end}_${start}").ToLowerInvariant();

    [GeneratedRegex("(?<end>[a-z0-9])(?<start>[A-Z])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hump();

    [GeneratedRegex(
        @"^(?<kind>resource|module) (?<name>\w+) '(?<what>[^']+)' = (?<how>if \(|\[|\{)",
        RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Declaration();
}
