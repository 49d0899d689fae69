using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format.Documents;
using Holdfast.Control.Clouds;
using Holdfast.Control.Connecting;

namespace Holdfast.AzureCloud.Keys;

/// <summary>
/// Wraps data keys with an RSA key that stays in Azure Key Vault or Managed HSM (<c>RSA-OAEP-256</c>), and opens those that any version of
/// that key has wrapped. Anyone can wrap for a public key, so that each document is signed by the same key (<c>PS256</c>), and one that
/// isn't is not opened. Throws <see cref="CloudException"/>. Thread-safe.
/// </summary>
public sealed class KeyVaultWrap : IKeyWrap
{
    private const string SignatureAlgorithm = "PS256";
    private const int LeastBits = 2048;

    private static readonly KeyUse Use = new(
        "wrap data keys",
        "keys/read, keys/wrap/action, keys/unwrap/action and keys/sign/action",
        "It must be an RSA key of at least 2048 bits that may wrap, unwrap and sign"
    );

    private readonly KeyAddress address;
    private readonly RegistrationAccess access;
    private readonly TokenCredential? identity;
    private readonly HttpPipelineTransport? transport;
    private readonly ConcurrentDictionary<string, KeyVaultKey> versions = new(StringComparer.Ordinal);

    /// <param name="address">The version that wraps.</param>
    /// <param name="access">Key Vaults on this machine only where it says so.</param>
    /// <param name="identity">Null: as this machine is signed in.</param>
    /// <param name="transport">Null: the usual.</param>
    public KeyVaultWrap(
        KeyAddress address,
        RegistrationAccess access,
        TokenCredential? identity = null,
        HttpPipelineTransport? transport = null
    ) => (this.address, this.access, this.identity, this.transport) = (address, access, identity, transport);

    public string Name => address.ToString();

    public bool Handles(WrappedKey wrapped) => wrapped.Algorithm == WrappedKey.KeyVault && VersionIn(wrapped.Key) is not null;

    public async Task<KeyDocument> WrapAsync(KeyDocument draft, DataKey key, CancellationToken cancellation)
    {
        var (own, name) = (VersionOf(address), address.Key.GetLeftPart(UriPartial.Path));
        using var half = await PublicKeyAsync(own, cancellation);
        var body = new JsonObject { ["alg"] = WrappedKey.KeyVault, ["value"] = Base64Url.EncodeToString(key.Secret.Span) };
        var value = own.Decoded(await own.AskAsync("/wrapkey", body, cancellation), "value");
        var document = draft with
        {
            Wrap = new()
            {
                Algorithm = WrappedKey.KeyVault,
                Key = name,
                Value = value,
            },
        };
        var digest = SHA256.HashData(document.SignedBytes());
        var asked = new JsonObject { ["alg"] = SignatureAlgorithm, ["value"] = Base64Url.EncodeToString(digest) };
        var signature = own.Decoded(await own.AskAsync("/sign", asked, cancellation), "value");
        return document with { Wrap = document.Wrap with { Signature = signature } };
    }

    public async Task<DataKey?> UnwrapAsync(KeyDocument document, CancellationToken cancellation)
    {
        if (VersionIn(document.Wrap.Key) is not { } version)
            return null;
        var key = VersionOf(version);
        using var half = await PublicKeyAsync(key, cancellation);
        var isSigned = half.VerifyData(document.SignedBytes(), document.Wrap.Signature!, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        if (!isSigned)
            return null;
        var body = new JsonObject { ["alg"] = WrappedKey.KeyVault, ["value"] = Base64Url.EncodeToString(document.Wrap.Value) };
        return DataKey.Of(key.Decoded(await key.AskAsync("/unwrapkey", body, cancellation), "value"), document.DataKey);
    }

    /// <summary>
    /// The version of this key that a document names; null: it is another key, which the document alone doesn't make one to ask.
    /// </summary>
    private KeyAddress? VersionIn(string? named)
    {
        try
        {
            return
                named is not null
                && KeyAddress.Parse(named, access) is var other
                && other.Key.Authority == address.Key.Authority
                && other.Key.Segments[2] == address.Key.Segments[2]
                ? other
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private KeyVaultKey VersionOf(KeyAddress version) =>
        versions.GetOrAdd(version.Key.AbsoluteUri, _ => new(version, access, Use, identity, transport));

    private static async Task<RSA> PublicKeyAsync(KeyVaultKey key, CancellationToken cancellation)
    {
        var shown = await key.ShowAsync(cancellation);
        var half = RSA.Create();
        try
        {
            half.ImportParameters(new() { Modulus = key.Decoded(shown, "n"), Exponent = key.Decoded(shown, "e") });
            if (half.KeySize >= LeastBits)
                return half;
        }
        catch (CryptographicException e)
        {
            half.Dispose();
            throw key.Strange(e);
        }
        half.Dispose();
        throw key.Failure(CloudFailure.Invalid, Use.Kind);
    }
}
