using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Signing;

/// <summary>
/// Signs seals with ECDSA P-256 (ES256). A signature is checked before it is given out. Thread-safe. Faults of what keeps the key are
/// thrown as they are.
/// </summary>
public sealed class SealSigner(ISigningKey key) : IDisposable
{
    public const string Algorithm = "ES256";

    /// <inheritdoc cref="LocalSigningKey.FromPem"/>
    public static SealSigner FromPem(ReadOnlySpan<char> pem) => new(LocalSigningKey.FromPem(pem));

    /// <summary>The public key, in PEM.</summary>
    public async ValueTask<string> PublicKeyAsync(CancellationToken cancellation)
    {
        using var half = await key.PublicKeyAsync(cancellation);
        return half.ExportSubjectPublicKeyInfoPem();
    }

    /// <exception cref="CryptographicException">What the key gave is no signature of its own.</exception>
    public async ValueTask<Seal> SignAsync(Seal seal, CancellationToken cancellation) =>
        seal with
        {
            Signature = await SignatureOfAsync(SealDocument.SignedBytes(seal), cancellation),
        };

    /// <inheritdoc cref="SignAsync(Seal, CancellationToken)"/>
    public async ValueTask<PointExpiry> SignAsync(PointExpiry expiry, CancellationToken cancellation) =>
        expiry.SignedBy(await SignatureOfAsync(expiry.SignedBytes(), cancellation));

    /// <remarks>The key is asked first: the one that signs may have been replaced since.</remarks>
    private async ValueTask<SealSignature> SignatureOfAsync(byte[] bytes, CancellationToken cancellation)
    {
        using var half = await key.PublicKeyAsync(cancellation);
        var digest = SHA256.HashData(bytes);
        var value = await key.SignAsync(digest, cancellation);
        if (value.Length != 64 || !half.VerifyHash(digest, value, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            throw new CryptographicException("what the signing key gave is not a signature of it: nothing was written with it");
        return new(Algorithm, SigningKeys.IdOf(half), Convert.ToBase64String(value));
    }

    public void Dispose() => key.Dispose();
}
