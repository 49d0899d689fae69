using System.CommandLine;
using Holdfast.Archive.Signing;
using Holdfast.AzureCloud.Keys;
using Holdfast.Cli.Configuration;
using Holdfast.Cli.Errors;
using Holdfast.Control.Connecting;

namespace Holdfast.Cli.Connections;

/// <summary>The keys that seals are signed and believed by, from files. No message holds anything of a key.</summary>
internal static class SignatureKeys
{
    /// <summary>The key's own text, as the service has it.</summary>
    public const string Variable = "HOLDFAST_SIGNING_KEY";

    /// <summary>The public keys' own text, one behind the other.</summary>
    public const string PublicVariable = "HOLDFAST_PUBLIC_KEYS";

    /// <summary>In bytes.</summary>
    private const int LargestKey = 64 << 10;

    private const string BeginOfKey = "-----BEGIN";

    /// <summary>What a key that isn't in a file may be, for the description of an option.</summary>
    public const string KeyVaultForm = "https://NAME.vault.azure.net/keys/KEY/VERSION";

    /// <summary>A person's own machine: what it reaches is theirs to know.</summary>
    private static readonly RegistrationAccess Access = new() { LocalEndpoints = true };

    /// <param name="file">Or the address of a key of a Key Vault. Null: as the environment has it.</param>
    /// <returns>Null: seals are not signed.</returns>
    /// <exception cref="UsageException">There is no such file, or no private key in it; or it is no address of a key.</exception>
    public static SealSigner? Signer(Option<string?> option, string? file)
    {
        if (file is not null)
            return KeyAddress.IsMeantBy(file) ? Parse(option.Name, file, KeyVault) : Read(option.Name, file, Local);
        return Signer();
    }

    /// <summary>
    /// What <see cref="Variable"/> holds, else what is in the file that <see cref="Setting.SigningKeyFileVariable"/> names.
    /// </summary>
    /// <returns>Null: seals are not signed.</returns>
    /// <exception cref="UsageException">It holds no key.</exception>
    public static SealSigner? Signer()
    {
        if (Text(Variable) is not { } text)
            return Text(Setting.SigningKeyFileVariable) is { } file ? Read(Setting.SigningKeyFileVariable, file, Local) : null;
        return KeyAddress.IsMeantBy(text) ? Parse(Variable, text, KeyVault) : Parse(Variable, text, Local);
    }

    private static SealSigner Local(string pem) => SealSigner.FromPem(pem);

    private static SealSigner KeyVault(string address) => new(new KeyVaultSigningKey(KeyAddress.Parse(address, Access), Access));

    /// <param name="files">None: the keys that the environment has.</param>
    /// <param name="unsigned">
    /// What becomes of a seal without a signature. With keys, <see cref="UnsignedSeals.BeforeSigned"/> is what has to be asked for by
    /// <paramref name="early"/>.
    /// </param>
    /// <param name="early">With keys: accept unsigned points from before signing began.</param>
    /// <exception cref="UsageException">There is no such file, or no public key in it.</exception>
    public static SealTrust Trust(Option<string[]> option, string[] files, UnsignedSeals unsigned, bool early = false)
    {
        string[] keys = files.Length > 0 ? [.. files.Select(file => Read(option.Name, file, PublicKey))] : PublicKeys();
        return SealTrust.Of(keys, keys.Length > 0 && unsigned == UnsignedSeals.BeforeSigned && !early ? UnsignedSeals.Refused : unsigned);
    }

    /// <summary>Whose points a capture continues beside its own signer's: of the keys that the environment has.</summary>
    /// <exception cref="UsageException">One of them is not a public key.</exception>
    public static SealTrust OfCapture() => SealTrust.Of(PublicKeys(), UnsignedSeals.BeforeSigned);

    /// <summary>What the service, which reads no files with keys, gets in its environment beside what this program has.</summary>
    /// <exception cref="UsageException">A file can't be read, or there is no key in it.</exception>
    public static IEnumerable<(string Variable, string Value)> ForService()
    {
        if (Text(PublicVariable) is null && PublicKeys() is { Length: > 0 } keys)
            yield return (PublicVariable, string.Join('\n', keys));
        if (Text(Variable) is null && Text(Setting.SigningKeyFileVariable) is { } file)
            yield return (Variable, PersonsFile.ReadText(Setting.SigningKeyFileVariable, file, LargestKey));
    }

    /// <summary>How many public keys the environment has.</summary>
    /// <exception cref="UsageException">One of them is not a public key.</exception>
    public static int CountTrusted() => PublicKeys().Sum(text => text.Split(BeginOfKey).Length - 1);

    private static string[] PublicKeys()
    {
        if (Text(PublicVariable) is { } text)
            return [Parse(PublicVariable, text, PublicKey)];
        var files = Text(Setting.PublicKeyFilesVariable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return [.. files.Select(file => Read(Setting.PublicKeyFilesVariable, file, PublicKey))];
    }

    private static string? Text(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text.Replace("\\n", "\n", StringComparison.Ordinal) : null;

    /// <summary>Looked at one by one, so that a message can name the file.</summary>
    private static string PublicKey(string text)
    {
        SealTrust.Of([text], required: false);
        return text;
    }

    private static T Read<T>(string option, string file, Func<string, T> parse)
    {
        if (file.Contains(BeginOfKey, StringComparison.Ordinal))
            throw new UsageException(
                $"{option} takes the name of a file, and was given a key itself: command lines are seen by others, so make a new key "
                    + "and put it into a file"
            );
        return Parse($"{option} {file}", PersonsFile.ReadText(option, file, LargestKey), parse);
    }

    private static T Parse<T>(string where, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{where}: {e.Message}");
        }
    }
}
