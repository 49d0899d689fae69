using System.Collections.Immutable;
using Holdfast.AzureCloud.Keys;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Connecting;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Settings;

/// <summary>Who reads a setting.</summary>
internal enum SettingReader
{
    /// <summary>The app, wherever it runs.</summary>
    App,

    /// <summary>The app, when it runs by itself (<c>serve</c>).</summary>
    Serve,

    /// <summary>The Functions host, before the app or beside it.</summary>
    Host,

    /// <summary>Set by the platform; never by hand.</summary>
    Platform,
}

/// <summary>One environment variable (on Azure: an app setting), explained in docs/settings.md.</summary>
/// <param name="Sample">Its value in local.settings.sample.json; null: not in there, because a person never sets it.</param>
internal sealed record Setting(string Name, SettingReader Reader, string? Sample)
{
    public static readonly Setting Vault = new("HOLDFAST_VAULT", SettingReader.App, "http://127.0.0.1:10000/devstoreaccount1/vault");
    public static readonly Setting Control = new("HOLDFAST_CONTROL", SettingReader.App, "http://127.0.0.1:10000/devstoreaccount1/control");
    public static readonly Setting StorageConnection = new(
        "AZURE_STORAGE_CONNECTION_STRING",
        SettingReader.App,
        "UseDevelopmentStorage=true"
    );
    public static readonly Setting SigningKey = new("HOLDFAST_SIGNING_KEY", SettingReader.App, "");
    public static readonly Setting PublicKeys = new("HOLDFAST_PUBLIC_KEYS", SettingReader.App, "");
    public static readonly Setting Encryption = new(KeyWraps.ScopeVariable, SettingReader.App, "");
    public static readonly Setting EncryptionKey = new(KeyWraps.KeyVariable, SettingReader.App, "");
    public static readonly Setting Passphrase = new(KeyWraps.PassphraseVariable, SettingReader.App, "");
    public static readonly Setting PassphraseFile = new(KeyWraps.PassphraseFileVariable, SettingReader.App, "");
    public static readonly Setting AllowUnsigned = new("HOLDFAST_ALLOW_UNSIGNED", SettingReader.App, "false");
    public static readonly Setting Replicas = new("HOLDFAST_REPLICAS", SettingReader.App, "");
    public static readonly Setting ReplicaKeep = new("HOLDFAST_REPLICA_KEEP", SettingReader.App, "");
    public static readonly Setting ReplicaMode = new("HOLDFAST_REPLICA_MODE", SettingReader.App, "locked");
    public static readonly Setting ReplicatedKeyVaults = new(RegionSecrets.Variable, SettingReader.App, "");
    public static readonly Setting Standby = new("HOLDFAST_STANDBY", SettingReader.App, "false");
    public static readonly Setting VerifySample = new("HOLDFAST_VERIFY_SAMPLE", SettingReader.App, "5");
    public static readonly Setting PlanKey = new("HOLDFAST_PLAN_KEY", SettingReader.App, "");
    public static readonly Setting SelfApproval = new("HOLDFAST_SELF_APPROVAL", SettingReader.App, "false");
    public static readonly Setting CredentialFolders = new(RegistrationAccess.CredentialFoldersSetting, SettingReader.App, "");
    public static readonly Setting AllowPrograms = new(RegistrationAccess.ProgramsSetting, SettingReader.App, "false");
    public static readonly Setting AllowLocalEndpoints = new(RegistrationAccess.LocalEndpointsSetting, SettingReader.App, "false");
    public static readonly Setting ResourceManager = new("HOLDFAST_RESOURCE_MANAGER", SettingReader.App, "");
    public static readonly Setting Approval = new("HOLDFAST_APPROVAL", SettingReader.App, "optional");
    public static readonly Setting AnswerSize = new(AnswerLimits.BodyVariable, SettingReader.App, "64");
    public static readonly Setting ObjectSize = new(AnswerLimits.ObjectVariable, SettingReader.App, "16");
    public static readonly Setting Data = new("HOLDFAST_DATA", SettingReader.App, "");
    public static readonly Setting Port = new("HOLDFAST_PORT", SettingReader.Serve, "7080");
    public static readonly Setting Activities = new("HOLDFAST_ACTIVITIES", SettingReader.Serve, "16");
    public static readonly Setting OtlpEndpoint = new("OTEL_EXPORTER_OTLP_ENDPOINT", SettingReader.App, "");
    public static readonly Setting OtlpHeaders = new("OTEL_EXPORTER_OTLP_HEADERS", SettingReader.App, "");
    public static readonly Setting OtlpProtocol = new("OTEL_EXPORTER_OTLP_PROTOCOL", SettingReader.App, "grpc");
    public static readonly Setting ServiceName = new("OTEL_SERVICE_NAME", SettingReader.App, "holdfast");
    public static readonly Setting InsightsConnection = new("APPLICATIONINSIGHTS_CONNECTION_STRING", SettingReader.App, "");
    public static readonly Setting InsightsSignIn = new("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", SettingReader.App, null);
    public static readonly Setting ClientId = new("AZURE_CLIENT_ID", SettingReader.App, null);
    public static readonly Setting StateHome = new("XDG_STATE_HOME", SettingReader.Platform, null);
    public static readonly Setting WorkerRuntime = new("FUNCTIONS_WORKER_RUNTIME", SettingReader.Host, "dotnet-isolated");
    public static readonly Setting HostStorage = new("AzureWebJobsStorage", SettingReader.Host, "UseDevelopmentStorage=true");
    public static readonly Setting Authentication = new("WEBSITE_AUTH_ENABLED", SettingReader.Platform, null);
    public static readonly Setting Instance = new("WEBSITE_INSTANCE_ID", SettingReader.Platform, null);
    public static readonly Setting Site = new("WEBSITE_SITE_NAME", SettingReader.Platform, null);

    /// <summary>All there are: the code reads no environment variable that isn't here.</summary>
    public static readonly ImmutableArray<Setting> All =
    [
        Vault,
        Control,
        StorageConnection,
        SigningKey,
        PublicKeys,
        Encryption,
        EncryptionKey,
        Passphrase,
        PassphraseFile,
        AllowUnsigned,
        Replicas,
        ReplicaKeep,
        ReplicaMode,
        ReplicatedKeyVaults,
        Standby,
        VerifySample,
        PlanKey,
        CredentialFolders,
        AllowPrograms,
        AllowLocalEndpoints,
        ResourceManager,
        Approval,
        SelfApproval,
        AnswerSize,
        ObjectSize,
        Data,
        Port,
        Activities,
        OtlpEndpoint,
        OtlpHeaders,
        OtlpProtocol,
        ServiceName,
        InsightsConnection,
        InsightsSignIn,
        ClientId,
        StateHome,
        WorkerRuntime,
        HostStorage,
        Authentication,
        Instance,
        Site,
    ];
}
