using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Archive.Tests.Encryption;

/// <summary>Vaults that a passphrase opens, at the least cost that a reader accepts.</summary>
internal static class SampleKeys
{
    public static PassphraseWrap Wrap(string passphrase = "correct horse battery staple") => PassphraseWrap.Of(passphrase, 8 << 10, 1);

    /// <summary>The vault with a passphrase that may open it.</summary>
    public static KeyedVault With(this IBlobStore store, PassphraseWrap wrap) => new(store, [wrap]);

    public static KeyRotation Rotation(this IBlobStore vault, PassphraseWrap? wrap = null) =>
        new(vault, wrap ?? Wrap(), new FakeTimeProvider(SamplePoint.Time));

    /// <summary>Encrypted from now on.</summary>
    public static async Task<KeyedVault> EncryptedAsync(this IBlobStore store, EncryptionScope scope = EncryptionScope.Everything)
    {
        var vault = store.With(Wrap());
        await vault.Rotation().EncryptAsync(scope, default);
        return store.With(Wrap());
    }
}
