using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Keys;
using Holdfast.Cli.Errors;
using Holdfast.Control.Connecting;

namespace Holdfast.Cli.Connections;

/// <summary>What opens a vault's data keys, from the environment. No message holds anything of a passphrase.</summary>
internal static class EncryptionKeys
{
    /// <summary>In bytes.</summary>
    private const int LargestPassphrase = 16 << 10;

    /// <summary>A person's own machine: what it reaches is theirs to know.</summary>
    private static readonly RegistrationAccess Access = new() { LocalEndpoints = true };

    /// <summary>The vault with what the environment has for it.</summary>
    /// <exception cref="UsageException">A variable doesn't hold what it should.</exception>
    public static KeyedVault Around(IBlobStore store) => new(store, OfEnvironment(), Required());

    /// <summary>The first one wraps.</summary>
    public static ImmutableArray<IKeyWrap> OfEnvironment()
    {
        var wraps = ImmutableArray.CreateBuilder<IKeyWrap>();
        if (Text(KeyWraps.KeyVariable) is { } addresses)
            wraps.AddRange(KeyVaults(KeyWraps.KeyVariable, addresses));
        if (Text(KeyWraps.PassphraseFileVariable) is { } file)
            wraps.Add(PassphraseIn(KeyWraps.PassphraseFileVariable, file));
        if (Text(KeyWraps.PassphraseVariable) is { } passphrase)
            wraps.Add(Passphrase(KeyWraps.PassphraseVariable, passphrase));
        return wraps.ToImmutable();
    }

    /// <param name="name">Of the option or variable.</param>
    public static ImmutableArray<IKeyWrap> KeyVaults(string name, string addresses)
    {
        try
        {
            return KeyWraps.OfKeyVaults(addresses, Access);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{name}: {e.Message}");
        }
    }

    /// <param name="name">Of the option or variable.</param>
    public static IKeyWrap PassphraseIn(string name, string file) =>
        Passphrase($"{name} {file}", PersonsFile.ReadText(name, file, LargestPassphrase));

    private static IKeyWrap Passphrase(string where, string text)
    {
        try
        {
            return KeyWraps.OfPassphrase(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{where}: {e.Message}");
        }
    }

    private static EncryptionScope? Required() =>
        Text(KeyWraps.ScopeVariable) is not { } text ? null
        : EncryptionScopes.TryParse(text, out var scope) ? scope
        : throw new UsageException($"{KeyWraps.ScopeVariable} is '{text}': use {EncryptionScopes.Names}");

    private static string? Text(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
