using System.Collections.Immutable;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>A setting that every resource of its type has, said once for Bicep and for Terraform.</summary>
/// <param name="ArmType">Of Azure Resource Manager.</param>
/// <param name="ArmPath">As <c>DeployedResource.At</c>.</param>
/// <param name="Arm">JSON.</param>
internal sealed record SecuritySetting(string ArmType, string ArmPath, string Arm)
{
    /// <summary>Only resources whose names end so; null: all.</summary>
    public string? ArmName { get; init; }

    /// <summary>Null: where Terraform deploys the compiled Bicep.</summary>
    public string? TerraformType { get; init; }

    public string TerraformPath { get; init; } = "";

    /// <summary>JSON; <c>*</c>: anything.</summary>
    public string Terraform { get; init; } = "";

    /// <summary>Only in this module; null: in all.</summary>
    public string? TerraformModule { get; init; }

    public override string ToString() => $"{ArmType} {ArmPath} = {Arm}";
}

/// <summary>All of them.</summary>
internal static class SecuritySettings
{
    /// <summary>Holds where no public address is allowed; with one it is <c>Enabled</c>, behind a default of <c>Deny</c>.</summary>
    public const string PublicAccess = "properties.publicNetworkAccess";
    private const string PublicInTerraform = "\"${length(var.allowed_ip_ranges) > 0}\"";
    private const string Storage = "Microsoft.Storage/storageAccounts";
    private const string Vaults = "Microsoft.KeyVault/vaults";
    private const string Sites = "Microsoft.Web/sites";
    private const string SiteConfigs = "Microsoft.Web/sites/config";
    private const string Passwords = "Microsoft.Web/sites/basicPublishingCredentialsPolicies";
    private const string Account = "azurerm_storage_account";
    private const string Vault = "azurerm_key_vault";
    private const string App = "azurerm_linux_function_app";

    public static readonly ImmutableArray<SecuritySetting> All =
    [
        // Storage is opened by identity, over TLS 1.2, from allowed networks.
        Both(Storage, "properties.allowSharedKeyAccess", "false", Account, "shared_access_key_enabled", "false"),
        Both(Storage, "properties.allowBlobPublicAccess", "false", Account, "allow_nested_items_to_be_public", "false"),
        Both(Storage, "properties.minimumTlsVersion", "\"TLS1_2\"", Account, "min_tls_version", "\"TLS1_2\""),
        Both(Storage, "properties.supportsHttpsTrafficOnly", "true", Account, "https_traffic_only_enabled", "true"),
        Both(Storage, "properties.allowCrossTenantReplication", "false", Account, "cross_tenant_replication_enabled", "false"),
        Both(Storage, "properties.isLocalUserEnabled", "false", Account, "local_user_enabled", "false"),
        Both(Storage, "properties.defaultToOAuthAuthentication", "true", Account, "default_to_oauth_authentication", "true"),
        Both(Storage, PublicAccess, "\"Disabled\"", Account, "public_network_access_enabled", PublicInTerraform),
        Both(Storage, "properties.networkAcls.defaultAction", "\"Deny\"", Account, "network_rules.default_action", "\"Deny\""),
        Both(Storage, "properties.networkAcls.bypass", "\"None\"", Account, "network_rules.bypass", "[\"None\"]"),
        // The vault keeps versions, and refuses to delete them; what is deleted can be brought back.
        Both(
            $"{Storage}/blobServices",
            "properties.deleteRetentionPolicy.enabled",
            "true",
            Account,
            "blob_properties.delete_retention_policy.days",
            "*"
        ),
        Both(
            $"{Storage}/blobServices",
            "properties.containerDeleteRetentionPolicy.enabled",
            "true",
            Account,
            "blob_properties.container_delete_retention_policy.days",
            "*"
        ),
        Both(
            $"{Storage}/blobServices",
            "properties.isVersioningEnabled",
            "true",
            Account,
            "blob_properties.versioning_enabled",
            "true"
        ) with
        {
            ArmName = "/default",
            TerraformModule = "vault",
        },
        Both(
            $"{Storage}/blobServices/containers",
            "properties.publicAccess",
            "\"None\"",
            "azurerm_storage_container",
            "container_access_type",
            "\"private\""
        ),
        new($"{Storage}/blobServices/containers", "properties.immutableStorageWithVersioning.enabled", "true") { ArmName = "/vault" },
        // Keys are used by role, and can't be exported or purged.
        Both(Vaults, "properties.enableRbacAuthorization", "true", Vault, "rbac_authorization_enabled", "true"),
        Both(Vaults, "properties.enablePurgeProtection", "true", Vault, "purge_protection_enabled", "true"),
        Both(Vaults, "properties.softDeleteRetentionInDays", "90", Vault, "soft_delete_retention_days", "90"),
        Both(Vaults, "properties.enabledForDeployment", "false", Vault, "enabled_for_deployment", "false"),
        Both(Vaults, "properties.enabledForTemplateDeployment", "false", Vault, "enabled_for_template_deployment", "false"),
        Both(Vaults, "properties.enabledForDiskEncryption", "false", Vault, "enabled_for_disk_encryption", "false"),
        Both(Vaults, PublicAccess, "\"Disabled\"", Vault, "public_network_access_enabled", PublicInTerraform),
        Both(Vaults, "properties.networkAcls.defaultAction", "\"Deny\"", Vault, "network_acls.default_action", "\"Deny\""),
        Both(Vaults, "properties.networkAcls.bypass", "\"None\"", Vault, "network_acls.bypass", "\"None\""),
        new($"{Vaults}/keys", "properties.attributes.exportable", "false"),
        new($"{Vaults}/keys", "properties.curveName", "\"P-256\"") { ArmName = "/seals" },
        new($"{Vaults}/keys", "properties.keyOps", "[\"sign\",\"verify\"]") { ArmName = "/seals" },
        new($"{Vaults}/keys", "properties.keyOps", "[\"wrapKey\",\"unwrapKey\",\"sign\",\"verify\"]") { ArmName = "/wrapping" },
        // The API asks for a sign-in, over TLS 1.2; only probes need none.
        Both(Sites, "properties.httpsOnly", "true", App, "https_only", "true"),
        Both(Sites, PublicAccess, "\"Disabled\"", App, "public_network_access_enabled", PublicInTerraform),
        Site("minTlsVersion", "\"1.2\"", "minimum_tls_version", "\"1.2\""),
        Site("scmMinTlsVersion", "\"1.2\"", "scm_minimum_tls_version", "\"1.2\""),
        Site("ipSecurityRestrictionsDefaultAction", "\"Deny\"", "ip_restriction_default_action", "\"Deny\""),
        Site("scmIpSecurityRestrictionsDefaultAction", "\"Deny\"", "scm_ip_restriction_default_action", "\"Deny\""),
        Site("scmIpSecurityRestrictionsUseMain", "true", "scm_use_main_ip_restriction", "true"),
        Auth("platform.enabled", "true", "auth_enabled", "true"),
        Auth("globalValidation.requireAuthentication", "true", "require_authentication", "true"),
        Auth("globalValidation.unauthenticatedClientAction", "\"Return401\"", "unauthenticated_action", "\"Return401\""),
        Auth("globalValidation.excludedPaths", Probes, "excluded_paths", Probes),
        Auth("httpSettings.requireHttps", "true", "require_https", "true"),
        Auth("login.tokenStore.enabled", "false", "login.token_store_enabled", "false"),
        Both(Passwords, "properties.allow", "false", App, "webdeploy_publish_basic_authentication_enabled", "false") with
        {
            ArmName = "/scm",
        },
        Both(Passwords, "properties.allow", "false", App, "ftp_publish_basic_authentication_enabled", "false") with
        {
            ArmName = "/ftp",
        },
        // Telemetry is taken from identities only.
        Both(
            "Microsoft.Insights/components",
            "properties.DisableLocalAuth",
            "true",
            "azurerm_application_insights",
            "local_authentication_disabled",
            "true"
        ),
        Both(
            "Microsoft.OperationalInsights/workspaces",
            "properties.features.disableLocalAuth",
            "true",
            "azurerm_log_analytics_workspace",
            "local_authentication_enabled",
            "false"
        ),
        // Nothing leaves the network by Azure's default way out.
        Both(
            "Microsoft.Network/virtualNetworks",
            "properties.subnets.0.properties.defaultOutboundAccess",
            "false",
            "azurerm_subnet",
            "default_outbound_access_enabled",
            "false"
        ),
        new("Microsoft.Network/virtualNetworks", "properties.subnets.1.properties.defaultOutboundAccess", "false"),
    ];

    private const string Probes = "[\"/api/health/live\",\"/api/health/ready\"]";

    private static SecuritySetting Both(string arm, string path, string value, string terraform, string attribute, string expected) =>
        new(arm, path, value)
        {
            TerraformType = terraform,
            TerraformPath = attribute,
            Terraform = expected,
        };

    private static SecuritySetting Site(string arm, string value, string terraform, string expected) =>
        Both(Sites, $"properties.siteConfig.{arm}", value, App, $"site_config.{terraform}", expected);

    private static SecuritySetting Auth(string arm, string value, string terraform, string expected) =>
        Both(SiteConfigs, $"properties.{arm}", value, App, $"auth_settings_v2.{terraform}", expected) with
        {
            ArmName = "/authsettingsV2",
        };
}
