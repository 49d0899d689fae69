using System.Security.Cryptography;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Encryption;

/// <summary>
/// What a vault's content is encrypted with: 256 random bits, from which a key for each purpose is derived. Its id is derived likewise, so
/// that another key can't take its place unnoticed. Thread-safe.
/// </summary>
public sealed class DataKey
{
    public const int Length = 32;

    private readonly byte[] secret;
    private readonly byte[] nonces;
    private readonly byte[] digests;

    private DataKey(ReadOnlySpan<byte> secret)
    {
        this.secret = secret.ToArray();
        Id = ContentDigest.FromHash(Derive("id"));
        Cipher = Derive("encryption");
        nonces = Derive("nonce");
        digests = Derive("digest");
    }

    public ContentDigest Id { get; }

    /// <summary>Of AES-256-GCM.</summary>
    internal byte[] Cipher { get; }

    /// <summary>To be wrapped, and for nothing else.</summary>
    public ReadOnlyMemory<byte> Secret => secret;

    /// <summary>A new one.</summary>
    public static DataKey Create() => new(RandomNumberGenerator.GetBytes(Length));

    /// <param name="expected">Which key it has to be.</param>
    /// <returns>Null: it is another one, or none.</returns>
    public static DataKey? Of(ReadOnlySpan<byte> secret, ContentDigest expected)
    {
        if (secret.Length != Length)
            return null;
        var key = new DataKey(secret);
        return key.Id == expected ? key : null;
    }

    /// <summary>A keyed digest. What it is of comes first: <see cref="ItemContext.Bytes"/>.</summary>
    internal IncrementalHash NewDigest() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, digests);

    internal ContentDigest DigestOf(ItemContext context, ReadOnlySpan<byte> content)
    {
        using var hash = NewDigest();
        hash.AppendData(context.Bytes);
        hash.AppendData(content);
        return ContentDigest.FromHash(hash.GetHashAndReset());
    }

    internal IncrementalHash NewNonce() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, nonces);

    private byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, Length, info: System.Text.Encoding.ASCII.GetBytes($"holdfast-1 {purpose}"));
}
