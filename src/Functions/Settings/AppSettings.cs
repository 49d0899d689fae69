using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Keys;
using Holdfast.Clusters.Connections;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Settings;

/// <summary>
/// What the environment says, read once. What is wrong with it is collected, not thrown: an app that can't work yet still has to answer its
/// host, and say why.
/// </summary>
internal sealed class AppSettings
{
    /// <summary>Where it can't be resolved, Azure gives the app the reference itself, which anyone could guess as a secret.</summary>
    private const string KeyVaultReference = "@Microsoft.KeyVault(";

    private readonly Func<string, string?> read;
    private readonly List<string> faults = [];

    /// <param name="read">An environment variable's value; null: not set.</param>
    /// <param name="serving">The app runs by itself: vault and control are in the data folder where nothing else is said.</param>
    public AppSettings(Func<string, string?> read, bool serving = false)
    {
        this.read = read;
        Data = Text(Setting.Data) ?? DefaultData();
        Vault = Place(Setting.Vault, "vault", serving);
        Control = Place(Setting.Control, "control", serving);
        RefuseOnePlaceForBoth();
        StorageConnection = Text(Setting.StorageConnection);
        var signing = Text(Setting.SigningKey);
        SigningKeyAddress = signing is not null && KeyAddress.IsMeantBy(signing) ? signing : null;
        SigningKey = SigningKeyAddress is null ? signing : null;
        PublicKeys = Text(Setting.PublicKeys);
        if (SigningKeyAddress is not null && PublicKeys is null)
            faults.Add(
                $"{Setting.SigningKey.Name} names a key of a Key Vault, and {Setting.PublicKeys.Name} is not set: put the public half"
                    + " there, which 'az keyvault key download --encoding PEM' gives. Which keys are trusted is the configuration's to say"
            );
        Encryption = IsOneOf(Setting.Encryption, ["", .. EncryptionScopes.All]);
        EncryptionKey = Text(Setting.EncryptionKey);
        Passphrase = Text(Setting.Passphrase);
        PassphraseFile = Text(Setting.PassphraseFile);
        AllowUnsigned = Flag(Setting.AllowUnsigned);
        PlanKey = Text(Setting.PlanKey);
        CredentialFolders = Text(Setting.CredentialFolders)
            ?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Programs = Flag(Setting.AllowPrograms);
        LocalEndpoints = Flag(Setting.AllowLocalEndpoints);
        ResourceManager = Https(Setting.ResourceManager);
        ApprovalRequired = IsOneOf(Setting.Approval, "optional", "required") == "required";
        SelfApproval = Flag(Setting.SelfApproval);
        Limits = AnswerSizes();
        Replicas = ReplicaPlaces();
        RegionSecrets = SecretsElsewhere();
        Standby = Flag(Setting.Standby);
        VerifySample = Number(Setting.VerifySample, 5, 0, 100);
        Port = Number(Setting.Port, 7080, 0, ushort.MaxValue);
        Activities = Number(Setting.Activities, 16, 1, 1024);
        Otlp = Text(Setting.OtlpEndpoint) is not null;
        InsightsConnection = Insights();
        InsightsSignsIn = Text(Setting.InsightsSignIn) is not null;
        ServiceName = Text(Setting.ServiceName) ?? "holdfast";
        PlatformAuthenticates = Flag(Setting.Authentication);
        var (instance, site) = (Text(Setting.Instance), Text(Setting.Site));
        OnAzure = (instance ?? site) is not null;
    }

    private AnswerLimits AnswerSizes() =>
        AnswerLimits.OfMebibytes(
            Number(Setting.AnswerSize, 64, 1, AnswerLimits.LargestBody),
            Number(Setting.ObjectSize, 16, 1, AnswerLimits.LargestObject)
        );

    private RegionSecrets SecretsElsewhere()
    {
        try
        {
            return RegionSecrets.Beside(Text(Setting.ReplicatedKeyVaults));
        }
        catch (FormatException e)
        {
            faults.Add($"{Setting.ReplicatedKeyVaults.Name}: {e.Message}");
            return RegionSecrets.Beside(null);
        }
    }

    private ReplicaSettings ReplicaPlaces() =>
        ReplicaSettings.Read(
            Text(Setting.Replicas),
            Text(Setting.ReplicaKeep),
            IsOneOf(Setting.ReplicaMode, "locked", "unlocked") == "unlocked",
            [Vault, Control],
            faults
        );

    /// <summary>What keeps the app from working, each with what to do.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>A folder or a container's URL; empty when missing.</summary>
    public string Vault { get; }

    /// <inheritdoc cref="Vault"/>
    public string Control { get; }

    /// <summary>A secret.</summary>
    public string? StorageConnection { get; }

    /// <summary>PEM; a secret. Null: seals are not signed, or with <see cref="SigningKeyAddress"/>.</summary>
    public string? SigningKey { get; }

    /// <summary>Of a key that stays in a Key Vault.</summary>
    public string? SigningKeyAddress { get; }

    /// <summary>
    /// PEM, one or several: who signed the points that may be read. Null: no key is asked for, but that of this service where it signs.
    /// </summary>
    public string? PublicKeys { get; }

    /// <summary>What points must be encrypted, <c>secrets</c> or <c>everything</c>; empty: the vault decides.</summary>
    public string Encryption { get; }

    /// <summary>Addresses of Key Vaults' keys, which open the vault's data keys.</summary>
    public string? EncryptionKey { get; }

    /// <summary>A secret, which opens the vault's data keys.</summary>
    public string? Passphrase { get; }

    /// <summary>A file that holds such a passphrase.</summary>
    public string? PassphraseFile { get; }

    /// <summary>Points without a signature may be read, whatever comes before them.</summary>
    public bool AllowUnsigned { get; }

    /// <summary>A secret: binds the plans that are kept. Null: one of this machine's own, where no other shares them.</summary>
    public string? PlanKey { get; }

    /// <summary>Where files that registrations name may lie; null: where Kubernetes and Azure mount credentials.</summary>
    public IReadOnlyList<string>? CredentialFolders { get; }

    /// <summary>Kubeconfigs that registrations name may run programs.</summary>
    public bool Programs { get; }

    /// <summary>Registered clusters may be on this machine or its link.</summary>
    public bool LocalEndpoints { get; }

    /// <summary>The address of Azure Resource Manager; null: the public cloud's.</summary>
    public Uri? ResourceManager { get; }

    /// <summary>Every restore waits for an approval of its plan, whether its request asks for one or not.</summary>
    public bool ApprovalRequired { get; }

    /// <summary>Who asked for a restore may approve it too.</summary>
    public bool SelfApproval { get; }

    /// <summary>How much is read of one answer of a cluster.</summary>
    public AnswerLimits Limits { get; }

    /// <summary>The folder for what this machine alone needs: the local token, and the embedded hub's histories.</summary>
    public string Data { get; }

    /// <summary>Where what the vault holds is copied to; the places are secrets.</summary>
    public ReplicaSettings Replicas { get; }

    /// <summary>Knows which Key Vaults' content a standby has, too.</summary>
    public RegionSecrets RegionSecrets { get; }

    /// <summary>The vault is another service's replica: nothing is written to it, and no schedule runs, before a takeover.</summary>
    public bool Standby { get; }

    /// <summary>How many of a hundred packs are read by each day's verification.</summary>
    public int VerifySample { get; }

    /// <summary>Where <c>serve</c> listens on loopback; 0: any free port.</summary>
    public int Port { get; }

    /// <summary>Activities at once under <c>serve</c>.</summary>
    public int Activities { get; }

    /// <summary>Traces, metrics and logs go out over OTLP.</summary>
    public bool Otlp { get; }

    /// <summary>Of Application Insights, where traces and metrics go too; null: they don't.</summary>
    public string? InsightsConnection { get; }

    /// <summary>Application Insights takes telemetry from identities: the app signs in there as to everything else.</summary>
    public bool InsightsSignsIn { get; }

    /// <summary>Something is sent anywhere.</summary>
    public bool Telemetry => Otlp || InsightsConnection is not null;
    public string ServiceName { get; }

    /// <summary>Azure's own authentication stands before the app.</summary>
    public bool PlatformAuthenticates { get; }

    /// <summary>
    /// By what no other platform sets. <c>CONTAINER_NAME</c>, by which a Functions host knows some plans, is not that: others name their
    /// containers too.
    /// </summary>
    public bool OnAzure { get; }

    public static AppSettings OfEnvironment(bool serving = false) => new(Environment.GetEnvironmentVariable, serving);

    private string? Text(Setting setting)
    {
        if (read(setting.Name)?.Trim() is not { Length: > 0 } text)
            return null;
        if (!text.StartsWith(KeyVaultReference, StringComparison.OrdinalIgnoreCase))
            return text;
        faults.Add(
            $"{setting.Name} is a reference to a Key Vault that Azure couldn't resolve: check that the secret exists, that the app's "
                + "identity may read it, and that the Key Vault can be reached; the function app's configuration shows the reason"
        );
        return null;
    }

    private string Place(Setting setting, string name, bool serving)
    {
        if (Text(setting) is { } text)
            return text;
        if (serving)
            return Path.Combine(Data, name);
        faults.Add(
            $"{setting.Name} is not set: it names the {name} container, https://ACCOUNT.blob.core.windows.net/CONTAINER, or a folder"
        );
        return "";
    }

    /// <summary>Points are written once and kept from deletion; what is in the control container changes all the time.</summary>
    private void RefuseOnePlaceForBoth()
    {
        var comparison = BlobVaults.IsContainer(Vault) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (Vault.Length > 0 && string.Equals(Vault.TrimEnd('/'), Control.TrimEnd('/'), comparison))
            faults.Add(
                $"{Setting.Control.Name} names the same place as {Setting.Vault.Name}: use another container or folder, one that may "
                    + "be written over"
            );
    }

    private Uri? Https(Setting setting)
    {
        if (Text(setting) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.PathAndQuery == "/")
            return url;
        faults.Add($"{setting.Name} is '{text}': use an https URL without a path, such as https://management.azure.com");
        return null;
    }

    /// <summary>What the exporter would refuse at the app's start is refused here.</summary>
    private string? Insights()
    {
        if (Text(Setting.InsightsConnection) is not { } text)
            return null;
        var parts = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .ToLookup(part => part[0], part => part[^1], StringComparer.OrdinalIgnoreCase);
        if (
            Guid.TryParse(parts["InstrumentationKey"].FirstOrDefault(), out _)
            && parts["IngestionEndpoint"].All(url => Uri.TryCreate(url, UriKind.Absolute, out _))
        )
            return text;
        faults.Add(
            $"{Setting.InsightsConnection.Name} isn't a connection string of Application Insights: use what its overview page shows, "
                + "InstrumentationKey=...;IngestionEndpoint=https://..."
        );
        return null;
    }

    private bool Flag(Setting setting)
    {
        var text = Text(setting);
        if (text is null || text == "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase))
            return false;
        if (text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase))
            return true;
        faults.Add($"{setting.Name} is '{text}': use true or false");
        return false;
    }

    /// <summary>One of the words; the first when it isn't set.</summary>
    private string IsOneOf(Setting setting, params string[] words)
    {
        if (Text(setting) is not { } text)
            return words[0];
        if (Array.Find(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } word)
            return word;
        faults.Add($"{setting.Name} is '{text}': use {string.Join(" or ", words.Where(word => word.Length > 0))}");
        return words[0];
    }

    private int Number(Setting setting, int otherwise, int least, int most)
    {
        if (Text(setting) is not { } text)
            return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        faults.Add($"{setting.Name} is '{text}': use a number from {least} to {most}");
        return otherwise;
    }

    private string DefaultData() =>
        Path.Combine(
            Text(Setting.StateHome) is { } state && Path.IsPathRooted(state)
                ? state
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "holdfast",
            "app"
        );
}
