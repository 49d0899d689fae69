using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.AzureCloud.Keys;
using Holdfast.Control.Clouds;
using Holdfast.Control.Connecting;
using Holdfast.TestKit.KeyVault;
using Holdfast.TestKit.Stores;

namespace Holdfast.AzureCloud.Tests.Keys;

public sealed class KeyVaultSigningKeyTests : IAsyncLifetime
{
    private static readonly RegistrationAccess Local = new() { LocalEndpoints = true };
    private static readonly SampleSegment[] Shop = [new("configmaps", "shop", """{"metadata":{"name":"a"}}""")];

    private readonly MemoryStore store = new();
    private KeyVaultServer vault = null!;

    public async Task InitializeAsync() => vault = await KeyVaultServer.StartAsync();

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task A_point_is_signed_by_a_key_that_stays_in_the_vault()
    {
        var trust = SealTrust.Of([vault.PublicKey], required: true);
        var first = await WriteAsync(trust);
        var second = await WriteAsync(trust, hours: 1);

        Assert.Equal(KeyIdOf(vault.PublicKey), first.Seal.Signature!.KeyId);
        Assert.True(trust.Proves(second.Seal));
        Assert.Equal([first.Id], second.Seal.Previous.Select(p => p.Point));
        Assert.Empty((await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, trust, null, default)).Findings);
        Assert.Equal(["GET", "POST sign", "GET", "POST sign"], vault.Asked);
    }

    [Fact]
    public async Task The_public_half_is_asked_for_once_and_a_busy_vault_again()
    {
        var busy = 1;
        vault.Refuses = _ => Interlocked.Decrement(ref busy) >= 0 ? (429, "Throttled") : null;
        using var key = Key();

        using var first = await key.PublicKeyAsync(default);
        using var second = await key.PublicKeyAsync(default);

        Assert.Equal(vault.PublicKey, second.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(["GET", "GET"], vault.Asked);
    }

    [Fact]
    public async Task A_key_that_isnt_trusted_signs_nothing()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await RefusedAsync(CloudFailure.Invalid, SealTrust.Of([other.ExportSubjectPublicKeyInfoPem()], required: true));
        Assert.DoesNotContain("POST sign", vault.Asked);
    }

    [Fact]
    public async Task What_isnt_a_signature_of_the_key_is_not_written()
    {
        vault.Lies = true;

        await Assert.ThrowsAsync<CryptographicException>(() => WriteAsync(trust: null));
        Assert.Empty(await SealedPoints.ListAsync(store, SamplePoint.Cluster, default));
    }

    [Theory]
    [InlineData(403, "Forbidden", CloudFailure.Forbidden, false)]
    [InlineData(404, "KeyNotFound", CloudFailure.NotFound, false)]
    [InlineData(400, "BadParameter", CloudFailure.Invalid, false)]
    [InlineData(429, "Throttled", CloudFailure.Throttled, true)]
    [InlineData(503, "ServiceUnavailable", CloudFailure.Unreachable, true)]
    public async Task A_refusal_says_what_to_do_without_the_services_words(int status, string code, CloudFailure expected, bool isTransient)
    {
        vault.Refuses = asked => asked == "POST sign" ? (status, code) : null;

        var failure = await RefusedAsync(expected, null);

        Assert.Equal(isTransient, failure.IsTransient);
        Assert.DoesNotContain("secret", failure.ToString());
        Assert.Contains(KeyVaultServer.KeyPath, failure.Message);
    }

    [Fact]
    public async Task A_key_on_another_curve_is_refused()
    {
        await vault.DisposeAsync();
        vault = await KeyVaultServer.StartAsync(ECCurve.NamedCurves.nistP384);

        await RefusedAsync(CloudFailure.Invalid, null);
    }

    [Theory]
    [InlineData("https://acme.vault.azure.net/keys/holdfast")]
    [InlineData("https://acme.vault.azure.net/secrets/holdfast/0123")]
    [InlineData("https://acme.vault.azure.net/keys/holdfast/0123?x=y")]
    [InlineData("https://user@acme.vault.azure.net/keys/holdfast/0123")]
    [InlineData("https://acme.example.com/keys/holdfast/0123")]
    [InlineData("https://vault.azure.net.example.com/keys/holdfast/0123")]
    [InlineData("https://127.0.0.1/keys/holdfast/0123")]
    [InlineData("https://169.254.169.254/keys/holdfast/0123")]
    public void An_address_that_isnt_of_a_version_of_a_key_is_refused(string address) =>
        Assert.Throws<FormatException>(() => KeyAddress.Parse(address, new RegistrationAccess()));

    [Theory]
    [InlineData("https://acme.vault.azure.net/keys/holdfast/0123", "https://vault.azure.net")]
    [InlineData("https://ACME.vault.usgovcloudapi.net/keys/holdfast/0123", "https://vault.usgovcloudapi.net")]
    [InlineData("https://acme.managedhsm.azure.net/keys/holdfast/0123", "https://managedhsm.azure.net")]
    public void Tokens_are_for_the_service_that_the_host_belongs_to(string address, string audience) =>
        Assert.Equal(audience, KeyAddress.Parse(address, new RegistrationAccess()).Audience);

    [Fact]
    public async Task A_socket_to_an_address_of_this_machine_is_not_opened()
    {
        using var key = new KeyVaultSigningKey(KeyAddress.Parse(vault.Address, Local), new RegistrationAccess(), null, new AnyIdentity());

        var failure = await Assert.ThrowsAsync<CloudException>(async () => await key.PublicKeyAsync(default));

        Assert.Equal(CloudFailure.Invalid, failure.Failure);
        Assert.Empty(vault.Asked);
    }

    private async Task<CloudException> RefusedAsync(CloudFailure expected, SealTrust? trusted)
    {
        var failure = await Assert.ThrowsAsync<CloudException>(() => WriteAsync(trusted));
        Assert.Equal(expected, failure.Failure);
        Assert.Empty(await SealedPoints.ListAsync(store, SamplePoint.Cluster, default));
        return failure;
    }

    private KeyVaultSigningKey Key(SealTrust? trusted = null) =>
        new(KeyAddress.Parse(vault.Address, Local), Local, trusted, new AnyIdentity(), new HttpClientTransport(vault.Client()));

    private async Task<SealedPoint> WriteAsync(SealTrust? trust, int hours = 0)
    {
        using var signer = new SealSigner(Key(trust));
        return await SamplePoint.WriteAsync(store, Shop, SamplePoint.Time.AddHours(hours), new(PointState.Succeeded, null, signer), trust);
    }

    private static ContentDigest KeyIdOf(string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return ContentDigest.Of(key.ExportSubjectPublicKeyInfo());
    }

    private sealed class AnyIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("entra-token", DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
