using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Capture.Reuse;

/// <summary>A cluster's last point, as far as a new capture needs it.</summary>
/// <param name="Inventory">Null: it can't be read, or retention has purged it.</param>
/// <param name="Damage">Why the inventory can't be used though it should be there.</param>
public sealed record PreviousPoint(Seal Seal, Inventory? Inventory, string? Damage = null)
{
    private KnownSegments? segments;

    /// <summary>A certain point; null: it has been deleted, or can't be read.</summary>
    /// <param name="trust">
    /// Checked before anything of it is reused: a capture that signs would otherwise vouch for what others put beside its points.
    /// </param>
    public static async Task<PreviousPoint?> ReadAsync(
        IBlobStore vault,
        ClusterName cluster,
        PointId point,
        SealTrust trust,
        CancellationToken cancellation
    )
    {
        try
        {
            return await SealedPoints.FindAsync(vault, cluster, point, cancellation) is { } found
                ? await ReadAsync(vault, cluster, found, trust, cancellation)
                : null;
        }
        catch (ArchiveException e)
            when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.DigestMismatch or ArchiveFailure.NewerVersion)
        {
            return null;
        }
    }

    /// <summary>What a plan that reuses the point <paramref name="reuses"/> may refer to.</summary>
    public static KnownSegments Known(PreviousPoint? previous, PointId? reuses) =>
        previous is { Inventory: { } inventory } && previous.Seal.Point == reuses
            ? previous.segments ??= new(inventory.Segments)
            : KnownSegments.None;

    /// <inheritdoc cref="ReadAsync(IBlobStore, ClusterName, PointId, SealTrust, CancellationToken)"/>
    public static async Task<PreviousPoint> ReadAsync(
        IBlobStore vault,
        ClusterName cluster,
        SealedPoint point,
        SealTrust trust,
        CancellationToken cancellation
    )
    {
        try
        {
            var reader = await RecoveryPointReader.OpenAsync(vault, cluster, point.Id, trust, cancellation);
            return new(reader.Seal, reader.Inventory);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.NotFound)
        {
            return new(point.Seal, null);
        }
        catch (ArchiveException e)
            when (e.Failure
                    is ArchiveFailure.Malformed
                        or ArchiveFailure.DigestMismatch
                        or ArchiveFailure.NewerVersion
                        or ArchiveFailure.Untrusted
                        or ArchiveFailure.Locked
            )
        {
            return new(point.Seal, null, e.Message);
        }
    }
}
