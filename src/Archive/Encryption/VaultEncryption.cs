using Holdfast.Archive.Format;

namespace Holdfast.Archive.Encryption;

/// <summary>How points are encrypted that are made now.</summary>
/// <param name="Scope">As the vault says.</param>
/// <param name="Least">What whoever opened the vault requires at least.</param>
public sealed record VaultEncryption(EncryptionScope Scope, EncryptionScope Least, DataKey Key)
{
    /// <param name="asked">By the policy that the point is made under; null: it doesn't say.</param>
    public PointEncryption Of(ClusterName cluster, ClusterUid uid, EncryptionScope? asked)
    {
        var scope = asked ?? Scope;
        return new(scope < Least ? Least : scope, Key, cluster, uid);
    }
}

/// <summary>How one cluster's points are encrypted. Thread-safe.</summary>
public sealed class PointEncryption(EncryptionScope scope, DataKey key, ClusterName cluster, ClusterUid uid)
{
    /// <summary>The one type whose objects hold what must not be read; of the core group.</summary>
    private const string Secrets = "secrets";

    public DataKey Key => key;

    /// <summary>The inventory and the infrastructure are encrypted, too.</summary>
    public bool OfEverything => scope == EncryptionScope.Everything;

    public bool Includes(string resource) => OfEverything || resource == Secrets;

    /// <summary>A segment's fingerprint as the inventory has it.</summary>
    /// <remarks>Keyed: one of a small Secret could be guessed, and one of another key, or of none, finds nothing to reuse.</remarks>
    public ContentDigest FingerprintOf(string resource, string? ns, ContentDigest plain) =>
        Includes(resource)
            ? key.DigestOf(ItemContext.OfFingerprint(cluster, uid, resource, ns), Convert.FromHexString(plain.ToString()))
            : plain;

    /// <returns>Null: the segment isn't encrypted.</returns>
    internal PartCipher? CipherOf(string resource, string? ns) =>
        Includes(resource) ? new(key, ItemContext.OfParts(cluster, uid, resource, ns)) : null;
}
