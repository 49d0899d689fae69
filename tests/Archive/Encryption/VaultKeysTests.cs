using System.Text;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Encryption;

public sealed class VaultKeysTests
{
    private readonly MemoryStore store = new();

    [Fact]
    public async Task Each_change_is_one_more_document_and_the_newest_counts()
    {
        var vault = store.With(SampleKeys.Wrap());

        var first = await vault.Rotation().EncryptAsync(EncryptionScope.Secrets, default);
        var same = await vault.Rotation().EncryptAsync(EncryptionScope.Secrets, default);
        var more = await vault.Rotation().EncryptAsync(EncryptionScope.Everything, default);
        var other = await vault.Rotation().RotateAsync(default);
        var again = await vault.Rotation(SampleKeys.Wrap("another long passphrase")).RewrapAsync(default);

        Assert.Equal((1, null, 2, 3, 4), (first!.Number, same?.Number, more!.Number, other.Number, again.Number));
        Assert.Equal((first.DataKey, other.DataKey), (more.DataKey, again.DataKey));
        Assert.NotEqual(first.DataKey, other.DataKey);
        Assert.Equal(4, (await KeyDocuments.ReadAsync(store, default)).Current!.Number);
        // the newest is wrapped with what this vault wasn't opened with
        var fault = await Assert.ThrowsAsync<ArchiveException>(async () => await vault.Keys.CurrentAsync(default));
        Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        Assert.Equal(other.DataKey, (await vault.Keys.FindAsync(other.DataKey, default)).Id);
    }

    [Fact]
    public async Task Where_the_newest_wrapping_is_lost_an_earlier_one_wraps_the_data_key_again()
    {
        var second = store.With(SampleKeys.Wrap("of the second region"));
        await second.Rotation(SampleKeys.Wrap("of the second region")).EncryptAsync(EncryptionScope.Everything, default);
        await second.Rotation(SampleKeys.Wrap("of the first region")).RewrapAsync(default);
        await Assert.ThrowsAsync<ArchiveException>(async () => await second.Keys.CurrentAsync(default));

        var again = await second.Rotation(SampleKeys.Wrap("of the second region")).RewrapAsync(default);

        Assert.Equal((3, EncryptionScope.Everything), (again.Number, again.Encrypts));
        var current = await store.With(SampleKeys.Wrap("of the second region")).Keys.CurrentAsync(default);
        Assert.Equal(again.DataKey, current!.Key.Id);
    }

    [Fact]
    public async Task Nothing_is_written_without_the_key_and_the_message_says_what_is_needed()
    {
        await store.EncryptedAsync();

        foreach (var vault in new IBlobStore[] { store, store.With(SampleKeys.Wrap("a wrong passphrase")) })
        {
            var fault = await Assert.ThrowsAsync<ArchiveException>(() => WriteAsync(vault));
            Assert.Equal(ArchiveFailure.Locked, fault.Failure);
            Assert.Contains("passphrase", fault.Message);
            Assert.DoesNotContain("correct horse", fault.ToString());
        }
        Assert.Equal(["keys/000001.json"], await PathsAsync());
    }

    [Fact]
    public async Task Nothing_is_written_while_a_key_document_is_missing_or_damaged()
    {
        await store.EncryptedAsync();
        await store.With(SampleKeys.Wrap()).Rotation().RotateAsync(default);
        var tampered = new TamperedStore(store);

        tampered.Remove(VaultPaths.Key(1));
        await RefusedAsync(tampered);
        tampered.Restore();
        tampered.Replace(VaultPaths.Key(1), "{}"u8.ToArray());
        await RefusedAsync(tampered);
        tampered.Restore();
        tampered.Replace(VaultPaths.Key(2), (await store.ReadAsync(VaultPaths.Key(1), null, default))!);
        await RefusedAsync(tampered);

        static async Task RefusedAsync(IBlobStore store)
        {
            var fault = await Assert.ThrowsAsync<ArchiveException>(() => WriteAsync(store.With(SampleKeys.Wrap())));
            Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        }
    }

    [Fact]
    public async Task A_vault_that_has_to_be_encrypted_and_has_lost_its_documents_is_not_written_to()
    {
        var vault = new KeyedVault(store, [SampleKeys.Wrap()], EncryptionScope.Everything);

        var fault = await Assert.ThrowsAsync<ArchiveException>(() => WriteAsync(vault));

        Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        Assert.Empty(await PathsAsync());
    }

    [Fact]
    public async Task What_is_required_raises_what_the_vault_and_a_policy_say()
    {
        await store.EncryptedAsync(EncryptionScope.Secrets);
        var vault = new KeyedVault(store, [SampleKeys.Wrap()], EncryptionScope.Everything);
        var (free, bound) = (await store.With(SampleKeys.Wrap()).Keys.CurrentAsync(default), await vault.Keys.CurrentAsync(default));

        bool OfEverything(VaultEncryption? current, EncryptionScope? asked) =>
            current!.Of(SamplePoint.Cluster, SamplePoint.Uid, asked).OfEverything;

        Assert.Equal((false, true), (OfEverything(free, null), OfEverything(free, EncryptionScope.Everything)));
        Assert.Equal((true, true), (OfEverything(bound, null), OfEverything(bound, EncryptionScope.Secrets)));
    }

    [Fact]
    public async Task Keys_are_opened_once_however_many_ask()
    {
        await store.EncryptedAsync();
        var counted = new FaultyStore(store);
        var vault = counted.With(SampleKeys.Wrap());

        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => vault.Keys.CurrentAsync(default).AsTask()));

        Assert.Single(keys.Select(k => k!.Key).Distinct());
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("")]
    public void A_passphrase_that_can_be_guessed_is_refused(string passphrase)
    {
        var fault = Assert.Throws<FormatException>(() => PassphraseWrap.Of(passphrase));
        Assert.True(passphrase.Length == 0 || !fault.Message.Contains(passphrase, StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_keeps_its_bytes_and_no_key_is_in_them()
    {
        var key = DataKey.Create();
        var document = SampleKeys.Wrap().Wrap(Draft(key), key, new byte[16], new byte[12]);

        var read = KeyDocument.Read(document.ToBytes(), 1);

        Assert.Equal(document.ToBytes(), read.ToBytes());
        Assert.DoesNotContain(Convert.ToBase64String(key.Secret.Span)[..40], Encoding.UTF8.GetString(document.ToBytes()));
    }

    private static KeyDocument Draft(DataKey key) =>
        new()
        {
            Number = 1,
            CreatedAt = SamplePoint.Time,
            Encrypts = EncryptionScope.Secrets,
            DataKey = key.Id,
            Wrap = new() { Algorithm = "" },
        };

    private static Task WriteAsync(IBlobStore vault) =>
        SamplePoint.WriteAsync(vault, [new("configmaps", "shop", """{"metadata":{"name":"a"}}""")]);

    private async Task<string[]> PathsAsync() => await store.ListAsync("", default).Select(b => b.Path).ToArrayAsync();
}
