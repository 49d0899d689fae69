using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Archive.Signing;
using Holdfast.Control.Clouds;
using Holdfast.Control.Connecting;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Keys;

/// <summary>
/// A private key that stays in Azure Key Vault or Managed HSM, which signs with it as the app's own identity. Its public half is read once.
/// Throws <see cref="CloudException"/>: which key, which permission is missing. Thread-safe.
/// </summary>
public sealed class KeyVaultSigningKey : ISigningKey
{
    private readonly KeyVaultKey key;
    private readonly SealTrust? trusted;
    private volatile Half? known;

    /// <param name="access">Key Vaults on this machine only where it says so.</param>
    /// <param name="trusted">Whose keys are trusted to read; another key isn't used to sign. Null: any.</param>
    /// <param name="identity">Null: as this machine is signed in.</param>
    /// <param name="transport">Null: the usual.</param>
    public KeyVaultSigningKey(
        KeyAddress address,
        RegistrationAccess access,
        SealTrust? trusted = null,
        TokenCredential? identity = null,
        HttpPipelineTransport? transport = null
    )
    {
        this.trusted = trusted;
        key = new(
            address,
            access,
            new("sign", "keys/read and keys/sign/action", "It must be a P-256 key that may sign"),
            identity,
            transport
        );
    }

    public async ValueTask<ECDsa> PublicKeyAsync(CancellationToken cancellation)
    {
        known ??= HalfIn(await key.ShowAsync(cancellation));
        return known.ToKey();
    }

    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellation)
    {
        var body = new JsonObject { ["alg"] = SealSigner.Algorithm, ["value"] = Base64Url.EncodeToString(digest.Span) };
        return key.Decoded(await key.AskAsync("/sign", body, cancellation), "value");
    }

    public void Dispose() { }

    private Half HalfIn(JsonObject? shown)
    {
        if (shown.Text("kty") is not ("EC" or "EC-HSM") || shown.Text("crv") != "P-256")
            throw key.Failure(CloudFailure.Invalid, "it is not on P-256. Make one with 'az keyvault key create --kty EC --curve P-256'");
        var half = new Half(key.Decoded(shown, "x"), key.Decoded(shown, "y"));
        using var read = Usable(half);
        if (trusted?.PublicKeys.Contains(read.ExportSubjectPublicKeyInfoPem()) == false)
            throw key.Failure(
                CloudFailure.Invalid,
                "it is not among the trusted keys, so that what it signs couldn't be read. Add what 'az keyvault key download --encoding "
                    + "PEM' gives to HOLDFAST_PUBLIC_KEYS"
            );
        return half;
    }

    private ECDsa Usable(Half half)
    {
        try
        {
            return half.ToKey();
        }
        catch (CryptographicException e)
        {
            throw key.Strange(e);
        }
    }

    private sealed record Half(byte[] X, byte[] Y)
    {
        public ECDsa ToKey() =>
            ECDsa.Create(
                new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new() { X = X, Y = Y },
                }
            );
    }
}
