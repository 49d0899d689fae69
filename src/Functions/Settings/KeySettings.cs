using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.AzureCloud.Keys;
using Holdfast.Control.Connecting;
using Holdfast.Machine.Files;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Functions.Settings;

/// <summary>What the settings about keys mean together. No message holds anything of a key.</summary>
internal sealed class KeySettings(AppSettings settings)
{
    private const string PlanKeyFile = "plan-key";
    private const int PlanKeyBytes = 48;
    private const int LargestFile = 4096;

    /// <summary>Where settings hold PEM, line breaks may be written as <c>\n</c>.</summary>
    public static string Lines(string pem) => pem.Replace("\\n", "\n", StringComparison.Ordinal);

    /// <summary>Whose points are read: of the keys that are named, or of the service's own where none is.</summary>
    /// <exception cref="FormatException">What is named is not a key.</exception>
    /// <param name="own">What this service signs with; null: nothing, or a key that is elsewhere, and named.</param>
    public SealTrust Trust(LocalSigningKey? own)
    {
        var unsigned =
            settings.AllowUnsigned ? UnsignedSeals.Accepted
            : settings.PublicKeys is null ? UnsignedSeals.BeforeSigned
            : UnsignedSeals.Refused;
        string[] keys = [.. new[] { settings.PublicKeys, own?.PublicKey }.OfType<string>().Select(Lines)];
        return SealTrust.Of(keys, unsigned);
    }

    /// <exception cref="FormatException">It is no private key.</exception>
    /// <returns>Null: nothing is signed here, or by <see cref="KeyVault"/>.</returns>
    public LocalSigningKey? Own() => settings.SigningKey is { } pem ? LocalSigningKey.FromPem(Lines(pem)) : null;

    /// <param name="trust">It is used only if it is trusted.</param>
    /// <returns>Null: no key of a Key Vault is named.</returns>
    /// <exception cref="FormatException">What is named is none.</exception>
    public KeyVaultSigningKey? KeyVault(RegistrationAccess access, SealTrust trust) =>
        settings.SigningKeyAddress is { } address ? new(KeyAddress.Parse(address, access), access, trust) : null;

    /// <summary>What opens the vault's data keys.</summary>
    /// <exception cref="FormatException">What is named is no key of a Key Vault, or the passphrase is too short.</exception>
    /// <exception cref="IOException">The passphrase's file can't be read.</exception>
    public ImmutableArray<IKeyWrap> Wraps(RegistrationAccess access)
    {
        var wraps = ImmutableArray.CreateBuilder<IKeyWrap>();
        if (settings.EncryptionKey is { } addresses)
            wraps.AddRange(KeyWraps.OfKeyVaults(addresses, access));
        if (settings.PassphraseFile is { } file)
            wraps.Add(KeyWraps.OfPassphrase(RegularFile.ReadText(file, LargestFile)));
        if (settings.Passphrase is { } passphrase)
            wraps.Add(KeyWraps.OfPassphrase(passphrase));
        return wraps.ToImmutable();
    }

    /// <summary>What points must be encrypted that are made here; null: the vault decides.</summary>
    public EncryptionScope? Required() => EncryptionScopes.TryParse(settings.Encryption, out var scope) ? scope : null;

    /// <exception cref="FormatException">The key is too short.</exception>
    public PlanKey OfPlans()
    {
        if ((settings.PlanKey ?? settings.SigningKey) is { } secret)
            return PlanKey.Of(Lines(secret));
        return settings.OnAzure
            ? PlanKey.Missing($"set {Setting.PlanKey.Name}, to the same secret for every instance")
            : PlanKey.Of(OfThisMachine());
    }

    /// <summary>The key of the data folder, made when it is first asked for.</summary>
    private string OfThisMachine()
    {
        var folder = Path.GetFullPath(settings.Data);
        var file = Path.Combine(folder, PlanKeyFile);
        OwnerOnly.CreateFolder(folder);
        if (!RegularFile.Exists(file, Links.Refused))
            Make(file);
        return RegularFile.ReadText(file, LargestFile, Links.Refused).Trim();
    }

    /// <summary>Of several that make one at once, all take the first.</summary>
    private static void Make(string file)
    {
        var aside = $"{file}.{Environment.ProcessId}.tmp";
        File.Delete(aside);
        using (var made = OwnerOnly.CreateFile(aside))
            made.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(PlanKeyBytes))));
        OwnerOnly.NameOnce(aside, file);
    }
}
