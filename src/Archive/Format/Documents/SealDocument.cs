using Holdfast.Machine.Terminals;

namespace Holdfast.Archive.Format.Documents;

/// <summary>A seal as bytes. There is one form only: a reader refuses a seal that it would write differently.</summary>
internal static class SealDocument
{
    public static byte[] Write(Seal seal) => VaultDocument.Write(seal, VaultJson.Default.Seal);

    /// <summary>The seal with its digest, ready to be signed or written.</summary>
    public static Seal Complete(Seal seal) => seal with { Digest = DigestOf(seal) };

    /// <summary>What a signature is over: the seal's bytes as if it had none.</summary>
    public static byte[] SignedBytes(Seal seal) => Write(seal with { Signature = null });

    /// <summary>Reads the seal of <paramref name="point"/>; one of another point or cluster is refused.</summary>
    /// <exception cref="ArchiveException">Malformed, NewerVersion or DigestMismatch.</exception>
    public static Seal Read(ReadOnlySpan<byte> json, ClusterName cluster, PointId point)
    {
        var path = VaultPaths.Seal(cluster, point);
        if (json.Length > FormatLimits.SealBytes)
            throw VaultDocument.Malformed(path, $"{json.Length} bytes are more than a seal may have", null);
        var seal = VaultDocument.Read(json, VaultJson.Default.Seal, Seal.FormatName, Seal.CurrentVersion, path);
        if (seal.Previous.IsDefault)
            throw VaultDocument.Malformed(path, "it doesn't name the previous seals", null);
        if (seal.Digest != DigestOf(seal))
            throw new ArchiveException(
                ArchiveFailure.DigestMismatch,
                $"{path} was changed after it was written. Nothing of it was used; run 'holdfast verify' to list all damage"
            );
        if (Fault(seal, cluster, point) is { } fault)
            throw VaultDocument.Malformed(path, fault, null);
        if (!json.SequenceEqual(Write(seal)))
            throw VaultDocument.Malformed(path, "it isn't in the canonical form of a seal", null);
        return seal;
    }

    private static ContentDigest DigestOf(Seal seal) => ContentDigest.Of(Write(seal with { Digest = null, Signature = null }));

    private static string? Fault(Seal seal, ClusterName cluster, PointId point)
    {
        if (seal.Cluster != cluster || seal.Point != point)
            return $"it is the seal of {seal.Point} of '{seal.Cluster}'";
        if (!PlainToken.Is(seal.Revision.ToString()))
            return "its revision isn't a plain token";
        if (seal.Sequence < 1 || seal.Objects < 0 || seal.RawBytes < 0 || seal.InventoryBytes is < 1 or > FormatLimits.InventoryGzipBytes)
            return "a number in it is out of range";
        if (!IsSorted(seal.Previous.AsSpan()))
            return "its previous seals aren't sorted, or one is listed twice";
        if (PointId.For(seal.PinnedAt, seal.Inventory) != point)
            return "its point id doesn't follow from its time and inventory";
        return null;
    }

    private static bool IsSorted(ReadOnlySpan<PreviousSeal> previous)
    {
        for (var i = 1; i < previous.Length; i++)
        {
            if (string.CompareOrdinal(previous[i - 1].Point.ToString(), previous[i].Point.ToString()) >= 0)
                return false;
        }
        return true;
    }
}
