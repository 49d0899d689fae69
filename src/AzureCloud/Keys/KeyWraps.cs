using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Control.Connecting;

namespace Holdfast.AzureCloud.Keys;

/// <summary>What a vault's data keys are wrapped with, as settings name it.</summary>
public static class KeyWraps
{
    /// <summary>The addresses of keys of Key Vaults, with commas between them.</summary>
    public const string KeyVariable = "HOLDFAST_ENCRYPTION_KEY";

    /// <summary>The passphrase itself.</summary>
    public const string PassphraseVariable = "HOLDFAST_PASSPHRASE";

    /// <summary>The file that holds it.</summary>
    public const string PassphraseFileVariable = "HOLDFAST_PASSPHRASE_FILE";

    /// <summary>What points must be encrypted here, whatever the vault says.</summary>
    public const string ScopeVariable = "HOLDFAST_ENCRYPTION";

    /// <param name="text">Addresses with commas between them: the first one wraps, each opens what its versions have wrapped.</param>
    /// <exception cref="FormatException">One of them is none.</exception>
    public static ImmutableArray<IKeyWrap> OfKeyVaults(string text, RegistrationAccess access) =>
        [
            .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(address => new KeyVaultWrap(KeyAddress.Parse(address, access), access)),
        ];

    /// <param name="text">As a file or a variable holds it: a line break at its end isn't part of it.</param>
    /// <exception cref="FormatException">It is too short or too long; the message holds nothing of it.</exception>
    public static IKeyWrap OfPassphrase(string text) => PassphraseWrap.Of(text.TrimEnd('\r', '\n'));
}
