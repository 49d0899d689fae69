using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Signing;

/// <summary>How a seal without a signature is treated.</summary>
public enum UnsignedSeals
{
    /// <summary>Refused: every seal has to be signed.</summary>
    Refused,

    /// <summary>Accepted if it was made before the cluster's points were signed; a later one is treated as forged.</summary>
    BeforeSigned,

    /// <summary>Accepted.</summary>
    Accepted,
}

/// <summary>Which signatures are trusted, and whether an unsigned seal is accepted. Thread-safe.</summary>
public sealed class SealTrust
{
    /// <summary>
    /// No keys: a signature can't be proven, but once points are signed those that aren't, or are by another key, are refused.
    /// </summary>
    public static readonly SealTrust Anyone = new([], UnsignedSeals.BeforeSigned);

    /// <summary>Any seal is accepted.</summary>
    public static readonly SealTrust Unasked = new([], UnsignedSeals.Accepted);

    private readonly Dictionary<ContentDigest, byte[]> keys;

    private SealTrust(Dictionary<ContentDigest, byte[]> keys, UnsignedSeals unsigned) => (this.keys, Unsigned) = (keys, unsigned);

    public UnsignedSeals Unsigned { get; }

    /// <summary>There are trusted keys.</summary>
    public bool HasKeys => keys.Count > 0;

    /// <summary>The trusted keys, in PEM.</summary>
    public IEnumerable<string> PublicKeys => keys.Values.Select(key => PemEncoding.WriteString("PUBLIC KEY", key));

    /// <param name="publicKeys">P-256 keys in PEM, as <c>openssl ec -pubout</c> prints them; a text may hold several.</param>
    /// <exception cref="FormatException">One of them isn't such a key.</exception>
    public static SealTrust Of(IEnumerable<string> publicKeys, UnsignedSeals unsigned)
    {
        var trusted = new Dictionary<ContentDigest, byte[]>();
        foreach (var pem in publicKeys.SelectMany(SigningKeys.Split))
        {
            using var key = SigningKeys.FromPem(pem, "public");
            trusted[SigningKeys.IdOf(key)] = key.ExportSubjectPublicKeyInfo();
        }
        return new(trusted, unsigned);
    }

    /// <param name="required">A seal without a signature is refused, wherever it is in the chain.</param>
    /// <inheritdoc cref="Of(IEnumerable{string}, UnsignedSeals)"/>
    public static SealTrust Of(IEnumerable<string> publicKeys, bool required) =>
        Of(publicKeys, required ? UnsignedSeals.Refused : UnsignedSeals.BeforeSigned);

    /// <summary>
    /// Whose seals a capture continues: of those whose points are trusted, and of its own signer; and, unless the cluster's points are
    /// signed already, unsigned ones.
    /// </summary>
    /// <param name="signer">Null: the capture doesn't sign.</param>
    public async ValueTask<SealTrust> ForCaptureAsync(SealSigner? signer, CancellationToken cancellation) =>
        Of(
            signer is null ? PublicKeys : PublicKeys.Append(await signer.PublicKeyAsync(cancellation)),
            Unsigned == UnsignedSeals.Accepted ? UnsignedSeals.Accepted : UnsignedSeals.BeforeSigned
        );

    /// <summary>The seal is signed, and by a trusted key; without keys nothing is proven.</summary>
    public bool Proves(Seal seal) => HasKeys && seal.Signature is not null && Fault(seal) is null;

    /// <summary>The same of an expiry.</summary>
    public bool Proves(PointExpiry expiry) =>
        expiry.Signature is { Algorithm: SealSigner.Algorithm } signature
        && keys.TryGetValue(signature.KeyId, out var key)
        && IsValid(expiry.SignedBytes(), signature, key);

    /// <summary>What is wrong with a seal's signature by itself, for a person; null when it is accepted.</summary>
    public string? Fault(Seal seal)
    {
        if (seal.Signature is not { } signature)
            return Unsigned == UnsignedSeals.Refused ? "it has no signature, and one is required" : null;
        if (!HasKeys)
            return null;
        if (signature.Algorithm != SealSigner.Algorithm)
            return $"its signature is of an unknown kind ('{signature.Algorithm}')";
        if (!keys.TryGetValue(signature.KeyId, out var key))
            return $"it is signed with key {signature.KeyId}, which is not among the trusted ones";
        return IsValid(SealDocument.SignedBytes(seal), signature, key) ? null : $"its signature is not that of key {signature.KeyId}";
    }

    private static bool IsValid(byte[] bytes, SealSignature signature, byte[] publicKey)
    {
        Span<byte> value = stackalloc byte[64];
        if (!Convert.TryFromBase64String(signature.Value, value, out var length) || length != 64)
            return false;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key.VerifyData(bytes, value, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
