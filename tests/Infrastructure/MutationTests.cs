using System.Collections.Immutable;
using Holdfast.Infrastructure.Tests.Bicep;
using Holdfast.Infrastructure.Tests.Rules;
using Holdfast.Infrastructure.Tests.Terraform;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests;

/// <summary>One small edit, which the checks of the other tests must find.</summary>
/// <param name="File">Below <c>infra</c>.</param>
/// <param name="Found">Part of what is found.</param>
public sealed record Mutation(string File, string From, string To, string Found)
{
    public override string ToString() => $"{File}: {From.Trim()} -> {To.Trim()}";
}

/// <summary>That the checks find what they are there for.</summary>
[Collection(Compiled.Collection)]
public sealed class MutationTests(Compiled compiled)
{
    /// <summary>What the compiler or its linter finds.</summary>
    private static readonly ImmutableArray<Mutation> Malformed =
    [
        new("bicep/modules/vault.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAcces: false", "vault.bicep: Warning BCP089"),
        new("bicep/modules/identity.bicep", "location: location", "location: 'westeurope'", "identity.bicep: Error no-unused-params"),
        new("bicep/modules/entra.bicep", "appRoleAssignmentRequired", "roleAssignmentRequired", "entra.bicep: Warning BCP037"),
        new("bicep/modules/appSettings.bicep", "  HOLDFAST_CONTROL: controlUrl\n", "", "appSettings.bicep: Error no-unused-params"),
        new("bicep/modules/keys.bicep", "keySize: 3072", "keySize: '3072'", "keys.bicep: Warning BCP036"),
    ];

    /// <summary>What compiles, and is wrong.</summary>
    private static readonly ImmutableArray<Mutation> Weakened =
    [
        new("bicep/modules/vault.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "allowSharedKeyAccess is true"),
        new("bicep/modules/vault.bicep", "isVersioningEnabled: true", "isVersioningEnabled: false", "isVersioningEnabled is false"),
        new("bicep/modules/vault.bicep", "tierToCold: {", "tierToArchive: {", "archives"),
        new("bicep/modules/vaultContainer.bicep", "enabled: true", "enabled: false", "immutableStorageWithVersioning.enabled is false"),
        new(
            "bicep/modules/hostStorage.bicep",
            "? 'Disabled' : 'Enabled'",
            "? 'Enabled' : 'Disabled'",
            "publicNetworkAccess is \"Enabled\""
        ),
        new(
            "bicep/modules/hostStorage.bicep",
            "'Microsoft.Authorization/roleDefinitions', roles.storageQueueDataContributor",
            "'Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor",
            "id-holdfast doesn't have storageQueueDataContributor"
        ),
        new(
            "bicep/modules/keyVault.bicep",
            "enablePurgeProtection: true",
            "enablePurgeProtection: false",
            "enablePurgeProtection is false"
        ),
        new("bicep/modules/keyVault.bicep", "service: 'vault'", "service: 'sites'", "no private endpoint for vault"),
        new("bicep/modules/keyAccess.bicep", "scope: vault::signing", "scope: vault", "id-holdfast has sealSigner on"),
        new("bicep/modules/flexApp.bicep", "      minTlsVersion: '1.2'", "      minTlsVersion: '1.0'", "minTlsVersion is \"1.0\""),
        new("bicep/modules/flexApp.bicep", "['/api/health/live', '/api/health/ready']", "['/api']", "globalValidation.excludedPaths is"),
        new("bicep/modules/monitoring.bicep", "    DisableLocalAuth: true", "    DisableLocalAuth: false", "DisableLocalAuth is false"),
        new("bicep/modules/appSettings.bicep", "HOLDFAST_APPROVAL: ", "HOLDFAST_APPROVALS: ", "set HOLDFAST_APPROVALS"),
    ];

    private static readonly ImmutableArray<Mutation> OfTerraform =
    [
        new("modules/vault/main.tf", "shared_access_key_enabled        = false", "shared_access_key_enabled = true", "is true, not false"),
        new("modules/vault/main.tf", "shared_access_key_enabled  ", "shared_access_keys_enabled  ", "no shared_access_keys_enabled"),
        new("modules/vault/main.tf", "versioning_enabled = true", "", "versioning_enabled is not set"),
        new("modules/vault/main.tf", "length(var.allowed_ip_ranges) > 0", "true", "public_network_access_enabled"),
        new("modules/network/main.tf", "  allocation_method   = \"Static\"\n", "", "allocation_method is required"),
        new("modules/network/main.tf", "idle_timeout_in_minutes = 10", "idle_timeout_in_minutes = \"ten\"", "is a number"),
        new("modules/monitoring/main.tf", "window_duration         = each.value.window\n", "", "window_duration is required"),
        new("modules/monitoring/main.tf", "operator = \"Include\"", "operators = \"Include\"", "there is no operators"),
        new("modules/key_access/main.tf", "\"wrapper\"", "\"wraper\"", "wrapper: keyWrapper is missing"),
        new("modules/host_storage/main.tf", "storageTableDataContributor", "storageQueueDataContributor", "table_contributor"),
        new("modules/stamp/main.tf", "  hardware_keys       = var.hardware_keys\n", "", "doesn't give hardware_keys"),
        new("modules/stamp/main.tf", "module.identity.client_id", "module.identity.clientid", "module.identity.clientid is nowhere"),
        new(
            "modules/vault/outputs.tf",
            "azurerm_storage_account.account.id",
            "azurerm_storage_account.account.ids",
            "account.ids is nowhere"
        ),
        new("modules/network/variables.tf", "variable \"plan\"", "variable \"plans\"", "var.plan is nowhere"),
        new("modules/app_settings/outputs.tf", "HOLDFAST_APPROVAL ", "HOLDFAST_APPROVALS ", "set HOLDFAST_APPROVALS"),
        new("modules/premium_app/main.tf", "token_store_enabled = false", "token_store_enabled = true", "token_store_enabled is true"),
        new("main.tf", "module \"failback_writer\"", "module \"failback\"", "only Bicep: root: module failback_writer"),
        new("main.tf", "module.roles.ids.vaultWriter", "module.roles.idss.vaultWriter", "module.roles.idss"),
    ];

    /// <summary>All at once, since compiling takes a second.</summary>
    [Fact]
    public async Task What_is_malformed_in_Bicep_is_found_by_the_compiler()
    {
        var (_, findings) = await Edited(Malformed).CompileAsync("main.bicep");

        AssertFound(Malformed, findings);
    }

    [Fact]
    public async Task What_is_weakened_in_Bicep_is_found_by_the_rules() =>
        AssertFound(Weakened, Wrong(await Edited(Weakened).DeployAsync("one-region")));

    /// <summary>All at once, since reading takes a second.</summary>
    [Fact]
    public async Task Each_edit_of_Terraform_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-terraform");
        try
        {
            var copies = OfTerraform.Select((m, i) => Edited(m, Path.Combine(folder.FullName, $"{i}"))).ToArray();
            var read = await TerraformFiles.ReadAsync(copies);

            Assert.All(OfTerraform.Zip(read), one => AssertFound([one.First], Wrong(one.Second)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertFound(IEnumerable<Mutation> mutations, string[] findings) =>
        Assert.All(mutations, m => Assert.Contains(findings, f => f.Contains(m.Found, StringComparison.Ordinal)));

    private BicepFolder Edited(IEnumerable<Mutation> mutations)
    {
        var copy = compiled.Copy();
        foreach (var mutation in mutations)
            copy.Edit(mutation.File, mutation.From, mutation.To);
        return copy;
    }

    private static string[] Wrong(Deployment deployment)
    {
        var roles = Assignments.All.Where(a => !Assignments.Optional.Contains(a.Name));
        var settings = deployment
            .OfType("Microsoft.Web/sites/config")
            .First(c => c.Name.EndsWith("/appsettings", StringComparison.Ordinal));
        return
        [
            .. SecurityRules.Of(deployment, isPublic: false),
            .. Assignments.Wrong(deployment, roles, "id-holdfast"),
            .. DeployedSettings.Wrong(settings.At("properties")!.AsObject().Select(p => p.Key), isPremium: false),
        ];
    }

    private static string[] Wrong(TerraformFiles files) =>
        [
            .. SchemaRules.Broken(files),
            .. ReferenceRules.Broken(files),
            .. Parity.Differences(files),
            .. TerraformSecurity.Settings(files),
            .. TerraformSecurity.Roles(files),
            .. TerraformSecurity.AppSettings(files),
        ];

    private static string Edited(Mutation mutation, string folder)
    {
        var from = RepositoryFiles.Path("infra/terraform");
        foreach (var path in Directory.EnumerateFiles(from, "*.tf", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
        var edited = Path.Combine(folder, mutation.File);
        var text = File.ReadAllText(edited);
        Assert.Contains(mutation.From, text, StringComparison.Ordinal);
        File.WriteAllText(edited, text.Replace(mutation.From, mutation.To, StringComparison.Ordinal));
        return folder;
    }
}
