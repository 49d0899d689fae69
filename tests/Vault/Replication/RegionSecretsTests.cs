using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Replication;

namespace Holdfast.Vault.Tests.Replication;

public sealed class RegionSecretsTests
{
    private static readonly ContentDigest Key = ContentDigest.Of("a data key"u8);
    private readonly MemoryStore vault = new(TimeProvider.System);

    [Theory]
    [InlineData("", 1), InlineData("https://EAST.vault.azure.net/", 0), InlineData("https://other.vault.azure.net", 1)]
    public async Task A_data_key_that_one_key_vault_alone_opens_may_be_lost_with_its_region(string elsewhere, int found)
    {
        await AddAsync(1, "https://east.vault.azure.net/keys/wrap/1");
        await AddAsync(2, "https://east.vault.azure.net/keys/wrap/2");

        var secrets = await RegionSecrets.Beside(elsewhere).FindAsync(vault, null, null, default);

        Assert.Equal(found, secrets.Length);
        Assert.All(secrets, s => Assert.Contains("east.vault.azure.net", s.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://west.vault.azure.net/keys/wrap/1"), InlineData(null)]
    public async Task One_that_another_key_vault_or_a_passphrase_opens_too_is_safe(string? other)
    {
        await AddAsync(1, "https://east.vault.azure.net/keys/wrap/1");
        await AddAsync(2, other);

        Assert.Empty(await RegionSecrets.Beside(null).FindAsync(vault, null, null, default));
    }

    [Fact]
    public async Task A_signing_key_in_a_key_vault_may_be_lost_with_its_region()
    {
        var key = new Uri("https://east.vault.azure.net/keys/sign/1");

        Assert.Equal("signatures", Assert.Single(await RegionSecrets.Beside(null).FindAsync(vault, null, key, default)).Of);
        Assert.Empty(await RegionSecrets.Beside("https://east.vault.azure.net").FindAsync(vault, null, key, default));
    }

    [Theory]
    [InlineData("east"), InlineData("http://east.vault.azure.net"), InlineData("https://east.vault.azure.net/secrets/a")]
    public void What_is_no_key_vault_is_refused(string text) => Assert.Throws<FormatException>(() => RegionSecrets.Beside(text));

    /// <param name="url">Null: by a passphrase.</param>
    private async Task AddAsync(int number, string? url)
    {
        var wrap = url is null
            ? new WrappedKey
            {
                Algorithm = WrappedKey.Passphrase,
                Memory = 8 << 10,
                Iterations = 1,
                Parallelism = 1,
                Salt = new byte[WrappedKey.SaltBytes],
                Value = new byte[WrappedKey.SealedBytes],
            }
            : new WrappedKey
            {
                Algorithm = WrappedKey.KeyVault,
                Key = url,
                Value = RandomNumberGenerator.GetBytes(256),
                Signature = RandomNumberGenerator.GetBytes(256),
            };
        var document = new KeyDocument
        {
            Number = number,
            CreatedAt = SamplePoint.Time,
            Encrypts = EncryptionScope.Everything,
            DataKey = Key,
            Wrap = wrap,
        };
        await vault.CreateAsync(VaultPaths.Key(number), document.ToBytes(), null, default);
    }
}
