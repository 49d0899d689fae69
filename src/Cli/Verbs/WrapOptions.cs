using System.CommandLine;
using Holdfast.Archive.Encryption;
using Holdfast.AzureCloud.Keys;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>What a data key is to be wrapped with.</summary>
internal sealed class WrapOptions
{
    private readonly Option<string?> key = new("--key")
    {
        HelpName = "URL",
        Description =
            $"Wrap the data key with this RSA key of a Key Vault: {SignatureKeys.KeyVaultForm}. Default: the first one of "
            + KeyWraps.KeyVariable,
    };

    private readonly Option<string?> passphraseFile = new("--passphrase-file")
    {
        HelpName = "FILE",
        Description =
            $"Wrap the data key with the passphrase in this file. Default: {KeyWraps.PassphraseFileVariable}, or "
            + $"{KeyWraps.PassphraseVariable} itself",
    };

    public IEnumerable<Option> All => [key, passphraseFile];

    /// <exception cref="UsageException">None is named, or both are.</exception>
    public IKeyWrap Wrap(Invocation invocation)
    {
        var (address, file) = (invocation.Get(key), invocation.Get(passphraseFile));
        if (address is not null && file is not null)
            throw new UsageException($"wrap it with which? Give either {key.Name} or {passphraseFile.Name}");
        if (address is not null)
            return EncryptionKeys.KeyVaults(key.Name, address).FirstOrDefault()
                ?? throw new UsageException($"{key.Name} names no key: {SignatureKeys.KeyVaultForm} is expected");
        if (file is not null)
            return EncryptionKeys.PassphraseIn(passphraseFile.Name, file);
        return EncryptionKeys.OfEnvironment().FirstOrDefault()
            ?? throw new UsageException(
                $"wrap the data key with what? Give {key.Name} {SignatureKeys.KeyVaultForm}, or {passphraseFile.Name} FILE"
            );
    }
}
