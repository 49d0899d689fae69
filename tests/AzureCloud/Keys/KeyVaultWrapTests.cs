using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Keys;
using Holdfast.Control.Clouds;
using Holdfast.Control.Connecting;
using Holdfast.TestKit.KeyVault;
using Holdfast.TestKit.Stores;

namespace Holdfast.AzureCloud.Tests.Keys;

public sealed class KeyVaultWrapTests : IAsyncLifetime
{
    private static readonly RegistrationAccess Local = new() { LocalEndpoints = true };
    private static readonly SampleSegment[] Shop = [new("secrets", "shop", """{"metadata":{"name":"a"}}""")];

    private readonly MemoryStore store = new();
    private KeyVaultServer vault = null!;

    public async Task InitializeAsync() => vault = await KeyVaultServer.StartRsaAsync();

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task A_vault_is_encrypted_with_a_key_that_stays_in_the_key_vault()
    {
        var document = await EncryptAsync();
        var opened = new KeyedVault(store, [Wrap()]);

        var point = await SamplePoint.WriteAsync(opened, Shop);
        vault.Asked.Clear();
        var reader = await RecoveryPointReader.OpenAsync(opened, SamplePoint.Cluster, point.Id, default);
        await reader.ReadPartAsync(reader.Inventory.Segments[0], 0, default);

        Assert.Equal((WrappedKey.KeyVault, vault.Address), (document.Wrap.Algorithm, document.Wrap.Key));
        Assert.Empty(vault.Asked);
        var fault = await Assert.ThrowsAsync<ArchiveException>(() =>
            RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default)
        );
        Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        Assert.Contains(vault.Address, fault.Message);
    }

    [Fact]
    public async Task A_data_key_that_others_wrapped_for_the_public_key_is_not_opened()
    {
        var document = await EncryptAsync();
        var theirs = DataKey.Create();
        using var other = RSA.Create(2048);
        var forged = document with { Number = 2, DataKey = theirs.Id };
        // what an attacker can make with the public key and the API's answers: all but the signature
        forged = forged with
        {
            Wrap = (await Wrap().WrapAsync(forged, theirs, default)).Wrap,
        };
        forged = forged with
        {
            Wrap = forged.Wrap with { Signature = other.SignData(forged.SignedBytes(), HashAlgorithmName.SHA256, RSASignaturePadding.Pss) },
        };
        await store.CreateAsync(VaultPaths.Key(2), forged.ToBytes(), null, default);
        vault.Asked.Clear();

        var fault = await Assert.ThrowsAsync<ArchiveException>(() => SamplePoint.WriteAsync(new KeyedVault(store, [Wrap()]), Shop));

        Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        Assert.DoesNotContain("POST unwrapkey", vault.Asked);
    }

    [Fact]
    public async Task A_key_vault_that_only_the_document_names_is_not_asked()
    {
        await EncryptAsync();
        vault.Asked.Clear();
        var elsewhere = new KeyVaultWrap(
            KeyAddress.Parse(vault.Address.Replace("/keys/holdfast/", "/keys/other/", StringComparison.Ordinal), Local),
            Local,
            new AnyIdentity(),
            new HttpClientTransport(vault.Client())
        );

        var fault = await Assert.ThrowsAsync<ArchiveException>(() => SamplePoint.WriteAsync(new KeyedVault(store, [elsewhere]), Shop));

        Assert.Equal(ArchiveFailure.Locked, fault.Failure);
        Assert.Empty(vault.Asked);
    }

    [Theory]
    [InlineData("POST wrapkey", 403, "Forbidden", CloudFailure.Forbidden)]
    [InlineData("POST sign", 400, "BadParameter", CloudFailure.Invalid)]
    [InlineData("GET", 404, "KeyNotFound", CloudFailure.NotFound)]
    public async Task A_refusal_writes_nothing_and_says_what_is_needed(string asked, int status, string code, CloudFailure expected)
    {
        vault.Refuses = at => at == asked ? (status, code) : null;

        var fault = await Assert.ThrowsAsync<CloudException>(EncryptAsync);

        Assert.Equal(expected, fault.Failure);
        Assert.Contains("wrap data keys", fault.Message);
        Assert.DoesNotContain("secret", fault.ToString());
        Assert.Empty(await store.ListAsync("", default).ToListAsync());
    }

    [Fact]
    public async Task A_key_that_is_too_short_or_on_a_curve_is_refused()
    {
        await vault.DisposeAsync();
        vault = await KeyVaultServer.StartRsaAsync(1024);
        Assert.Equal(CloudFailure.Invalid, (await Assert.ThrowsAsync<CloudException>(EncryptAsync)).Failure);
        await vault.DisposeAsync();
        vault = await KeyVaultServer.StartAsync();
        await Assert.ThrowsAsync<CloudException>(EncryptAsync);
        Assert.Empty(await store.ListAsync("", default).ToListAsync());
    }

    private async Task<KeyDocument> EncryptAsync() =>
        (
            await new KeyRotation(new KeyedVault(store, [Wrap()]), Wrap(), new SettableTime(SamplePoint.Time)).EncryptAsync(
                EncryptionScope.Everything,
                default
            )
        )!;

    private KeyVaultWrap Wrap() =>
        new(KeyAddress.Parse(vault.Address, Local), Local, new AnyIdentity(), new HttpClientTransport(vault.Client()));

    private sealed class AnyIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
