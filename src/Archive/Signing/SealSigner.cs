using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Signing;

/// <summary>Signs seals with ECDSA P-256 (ES256). Thread-safe. Holds the private key, which is never written anywhere.</summary>
public sealed class SealSigner : IDisposable
{
    public const string Algorithm = "ES256";

    private readonly ECDsa key;
    private readonly Lock gate = new();

    private SealSigner(ECDsa key, ContentDigest keyId) => (this.key, KeyId) = (key, keyId);

    /// <summary>SHA-256 of the public key's SubjectPublicKeyInfo.</summary>
    public ContentDigest KeyId { get; }

    /// <summary>
    /// Takes a P-256 private key as <c>openssl ecparam -name prime256v1 -genkey -noout</c> or <c>openssl genpkey</c> makes it.
    /// </summary>
    /// <exception cref="FormatException">No such key in it; the message holds nothing of it.</exception>
    public static SealSigner FromPem(ReadOnlySpan<char> pem)
    {
        var pair = SigningKeys.FromPem(pem, "private");
        try
        {
            pair.SignData([], HashAlgorithmName.SHA256);
            return new(pair, SigningKeys.IdOf(pair));
        }
        catch (CryptographicException e)
        {
            pair.Dispose();
            throw new FormatException("the PEM text holds a public key; signing needs the private one", e);
        }
    }

    /// <summary>The public key, in PEM.</summary>
    public string PublicKey => key.ExportSubjectPublicKeyInfoPem();

    public Seal Sign(Seal seal) => seal with { Signature = SignatureOf(SealDocument.SignedBytes(seal)) };

    public PointExpiry Sign(PointExpiry expiry) => expiry.SignedBy(SignatureOf(expiry.SignedBytes()));

    private SealSignature SignatureOf(byte[] bytes)
    {
        lock (gate)
        {
            var value = key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            return new(Algorithm, KeyId, Convert.ToBase64String(value));
        }
    }

    public void Dispose() => key.Dispose();
}
