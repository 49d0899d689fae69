using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Signing;

/// <summary>Whose signatures to believe, and whether an unsigned seal will do. Thread-safe.</summary>
public sealed class SealTrust
{
    /// <summary>No keys: signatures are not looked at, and unsigned seals are fine.</summary>
    public static readonly SealTrust Anyone = new([], required: false);

    private readonly Dictionary<ContentDigest, byte[]> keys;
    private readonly bool required;

    private SealTrust(Dictionary<ContentDigest, byte[]> keys, bool required) => (this.keys, this.required) = (keys, required);

    /// <param name="publicKeys">P-256 keys in PEM, as <c>openssl ec -pubout</c> prints them.</param>
    /// <param name="required">A seal without a signature is a finding too.</param>
    /// <exception cref="FormatException">One of them is no such key.</exception>
    public static SealTrust Of(IEnumerable<string> publicKeys, bool required)
    {
        var trusted = new Dictionary<ContentDigest, byte[]>();
        foreach (var pem in publicKeys)
        {
            using var key = SigningKeys.FromPem(pem, "public");
            trusted[SigningKeys.IdOf(key)] = key.ExportSubjectPublicKeyInfo();
        }
        return new(trusted, required);
    }

    /// <summary>What is wrong with a seal's signature, for a person; null when it will do.</summary>
    public string? Fault(Seal seal)
    {
        if (seal.Signature is not { } signature)
            return required ? "it has no signature, and one is required" : null;
        if (keys.Count == 0)
            return null;
        if (signature.Algorithm != SealSigner.Algorithm)
            return $"its signature is of an unknown kind ('{signature.Algorithm}')";
        if (!keys.TryGetValue(signature.KeyId, out var key))
            return $"it is signed with key {signature.KeyId}, which is not among the trusted ones";
        return IsValid(seal, signature, key) ? null : $"its signature is not that of key {signature.KeyId}";
    }

    private static bool IsValid(Seal seal, SealSignature signature, byte[] publicKey)
    {
        Span<byte> value = stackalloc byte[64];
        if (!Convert.TryFromBase64String(signature.Value, value, out var length) || length != 64)
            return false;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key.VerifyData(SealDocument.SignedBytes(seal), value, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
