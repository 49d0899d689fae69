using System.Text.Json.Nodes;
using Holdfast.Infrastructure.Tests.Bicep;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>What holds of every deployment. Pure: each gives what is wrong.</summary>
internal static class SecurityRules
{
    /// <summary>Services of private endpoints, by the type of what they lead to.</summary>
    private static readonly Dictionary<string, string[]> Endpoints = new(StringComparer.Ordinal)
    {
        ["Microsoft.KeyVault/vaults"] = ["vault"],
        ["Microsoft.Web/sites"] = ["sites"],
    };

    /// <param name="isPublic">Public addresses are allowed.</param>
    public static IEnumerable<string> Of(Deployment deployment, bool isPublic) =>
        [.. SecuritySettings.All.SelectMany(s => Broken(s, deployment, isPublic)), .. Unreachable(deployment), .. Archived(deployment)];

    private static IEnumerable<string> Broken(SecuritySetting setting, Deployment deployment, bool isPublic)
    {
        var concerned = deployment.OfType(setting.ArmType).Where(r => Concerns(setting, r)).ToList();
        if (concerned.Count == 0)
            yield return $"there is no {setting.ArmType} {setting.ArmName}";
        var expected = isPublic && setting.ArmPath == SecuritySettings.PublicAccess ? "\"Enabled\"" : setting.Arm;
        foreach (var resource in concerned)
            if (!JsonNode.DeepEquals(resource.At(setting.ArmPath), JsonNode.Parse(expected)))
                yield return $"{resource}: {setting.ArmPath} is {resource.At(setting.ArmPath)?.ToJsonString() ?? "not set"}, not "
                    + expected;
    }

    /// <summary>Versioning is the vault's account's only: the host's has nothing to keep.</summary>
    private static bool Concerns(SecuritySetting setting, DeployedResource resource) =>
        setting.ArmName is null
        || (
            resource.Name.EndsWith(setting.ArmName, StringComparison.Ordinal)
            && (setting.TerraformModule != "vault" || IsVault(resource.Name))
        );

    /// <summary>By the letter after the deployment's name.</summary>
    private static bool IsVault(string account) =>
        account.StartsWith("stholdfastv", StringComparison.Ordinal) || account.StartsWith("stholdfastdrv", StringComparison.Ordinal);

    /// <summary>What is private has a private endpoint in its own network for each service that the app uses.</summary>
    private static IEnumerable<string> Unreachable(Deployment deployment)
    {
        var made = deployment
            .OfType("Microsoft.Network/privateEndpoints")
            .Select(e =>
                $"{e.At("properties.privateLinkServiceConnections.0.properties.groupIds.0")} of "
                + $"{e.At("properties.privateLinkServiceConnections.0.properties.privateLinkServiceId")}"
            )
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var needed = deployment
            .Resources.Where(r => Endpoints.ContainsKey(r.Type) || r.Type == "Microsoft.Storage/storageAccounts")
            .SelectMany(r => Services(r).Select(service => $"{service} of {r.Id}"));
        return needed.Where(n => !made.Contains(n)).Select(n => $"there is no private endpoint for {n}");
    }

    private static string[] Services(DeployedResource resource) =>
        Endpoints.TryGetValue(resource.Type, out var services) ? services
        : IsVault(resource.Name) ? ["blob"]
        : ["blob", "queue", "table"];

    /// <summary>A restore reads at once.</summary>
    private static IEnumerable<string> Archived(Deployment deployment) =>
        deployment
            .OfType("Microsoft.Storage/storageAccounts/managementPolicies")
            .Where(p => p.Json.ToJsonString().Contains("tierToArchive", StringComparison.OrdinalIgnoreCase))
            .Select(p => $"{p} archives");
}
