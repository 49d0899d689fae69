using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Points;

/// <summary>
/// A seal that was the end of a cluster's chain at some time, as it is known outside of the vault. No seal names the newest ones, so
/// without it their deletion leaves no trace. Written <c>12:SHA-256</c>.
/// </summary>
/// <param name="Seal">SHA-256 of <c>seal.json</c>.</param>
public sealed record ChainHead(long Sequence, ContentDigest Seal)
{
    /// <summary>Whose seal it is; null: it isn't known, as of a text.</summary>
    public PointId? Point { get; init; }

    public static ChainHead Of(SealedPoint point) => new(point.Seal.Sequence, point.SealDigest) { Point = point.Id };

    public static bool TryParse(string? text, [NotNullWhen(true)] out ChainHead? head)
    {
        head = null;
        if (
            text?.Split(':') is [var number, var hash]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && ContentDigest.TryParse(hash, out var digest)
        )
            head = new(sequence, digest);
        return head is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Seal}");
}
