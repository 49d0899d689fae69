using System.Collections.Immutable;
using Holdfast.Functions.Settings;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>
/// Which app settings a deployment must have: those that the app and its host declare (<see cref="Setting.All"/>), and no others. A new
/// setting belongs into infra/bicep/modules/appSettings.bicep and infra/terraform/modules/app_settings/outputs.tf, or into <see
/// cref="NotOnAzure"/> with its reason.
/// </summary>
internal static class DeployedSettings
{
    private static readonly ImmutableArray<Setting> NotOnAzure =
    [
        // Accounts take no keys.
        Setting.StorageConnection,
        // Keys of encryption are in the Key Vault.
        Setting.Passphrase,
        Setting.PassphraseFile,
        // Nothing is kept on an instance.
        Setting.Data,
    ];

    /// <summary>What the platform wants of an app on an Elastic Premium plan, where Flex Consumption has properties instead.</summary>
    private static readonly ImmutableArray<string> OfPremium =
    [
        Setting.WorkerRuntime.Name,
        "FUNCTIONS_EXTENSION_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE",
        "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID",
    ];

    /// <summary>With an identity, the host's storage is named by several settings.</summary>
    private static readonly ImmutableArray<string> OfHostStorage = ["__accountName", "__credential", "__clientId"];

    public static ImmutableArray<string> Common { get; } =
    [
        .. Setting
            .All.Where(s => s.Reader is SettingReader.App or SettingReader.Host)
            .Except([.. NotOnAzure, Setting.WorkerRuntime, Setting.HostStorage])
            .Select(s => s.Name)
            .Concat(OfHostStorage.Select(end => Setting.HostStorage.Name + end)),
    ];

    /// <summary>What is missing, and what nothing reads.</summary>
    public static IEnumerable<string> Wrong(IEnumerable<string> deployed, bool isPremium)
    {
        string[] expected = isPremium ? [.. Common, .. OfPremium] : [.. Common];
        var names = deployed.ToList();
        return
        [
            .. expected.Except(names, StringComparer.Ordinal).Select(n => $"the app reads {n}, and the templates don't set it"),
            .. names.Except(expected, StringComparer.Ordinal).Select(n => $"the templates set {n}, and nothing reads it"),
        ];
    }
}
