using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Replication;

/// <summary>
/// Copies one point after the other into a replica: packs, infrastructure, images, inventory, and the seal last, so that nothing of a point
/// is seen before all of it is there. Every write is create-only and proven by a digest that the seal leads to; repeated, it continues.
/// </summary>
internal sealed class PointCopying(
    IBlobStore source,
    IBlobStore replica,
    ClusterName cluster,
    ReplicationMeans means,
    CopyProgress progress,
    Func<bool> isOver
)
{
    private readonly ReplicaPacks packs = new(source, replica, cluster, progress);
    private readonly PurgeMarks purges = new(replica, cluster, means.Time);
    private readonly ConcurrentBag<string> notes = [];

    /// <summary>What couldn't be copied of points that are there all the same, for a person.</summary>
    public IEnumerable<string> Notes => notes;

    /// <returns>False: the time was over; the next call continues.</returns>
    /// <exception cref="ArchiveException">
    /// What the vault has of the point is damaged, or the replica has something else in its place; nothing of it is visible there.
    /// </exception>
    public async Task<bool> CopyAsync(PlannedCopy copy, CancellationToken cancellation)
    {
        var point = copy.Point;
        var term = means.Terms.Of(point.Seal.KeepUntil, await replica.NowAsync(cancellation));
        if (copy.Kind != CopyKind.Seal && !await CopyContentAsync(point, term, cancellation))
            return false;
        if (copy.Expiry is { } expiry)
            await WriteAsync(VaultPaths.Expired(cluster, point.Id), expiry.ToBytes(), null, cancellation);
        if (copy.Kind != CopyKind.Content)
            await SealAsync(point, cancellation);
        return true;
    }

    public async Task SealAsync(SealedPoint point, CancellationToken cancellation)
    {
        var path = VaultPaths.Seal(cluster, point.Id);
        var term = means.Terms.Of(point.Seal.KeepUntil, await replica.NowAsync(cancellation));
        await WriteAsync(path, await ReadAsync(path, point.SealDigest, cancellation), term, cancellation);
    }

    /// <summary>Creates a blob; one that is there with equal content is success, and anything else is never written over.</summary>
    /// <exception cref="ArchiveException">Conflict: the replica has something else under this name.</exception>
    public async Task WriteAsync(string path, byte[] content, ImmutabilityTerm? term, CancellationToken cancellation)
    {
        var outcome = await replica.CreateAsync(path, content, term, cancellation);
        if (outcome.Created)
            return;
        var existing = await replica.ReadAsync(path, outcome.Version, cancellation);
        if (existing is not null && !existing.AsSpan().SequenceEqual(content))
            throw new ArchiveException(
                ArchiveFailure.Conflict,
                $"{path} exists in {replica.Location} with other content than in {source.Location}: it was damaged or forged, and "
                    + "wasn't written over. Run 'holdfast verify' on both"
            );
        if (term is { } asked)
            await replica.ExtendImmutabilityAsync(path, outcome.Version, asked, cancellation);
    }

    /// <summary>
    /// As a capture does (docs/format.md, "Purging"): where something was purged from the replica meanwhile, what the point names is
    /// looked at again before it is sealed.
    /// </summary>
    private async Task<bool> CopyContentAsync(SealedPoint point, ImmutabilityTerm? term, CancellationToken cancellation)
    {
        var outline = await RecoveryPointReader.ReadOutlineAsync(source, cluster, point.Seal, cancellation);
        var writer = RecoveryPointWriter.OfCopies(replica, cluster, term, means.Time);
        for (var before = await purges.QuietAsync(cancellation); ; )
        {
            if (!await packs.CopyAsync(outline.Packs, term, writer, before, isOver, cancellation))
                return false;
            if (outline.Key is not null || outline.Packs.Any(p => p.IsEncrypted))
                await writer.KeepKeysAsync(cancellation);
            if (outline.Infrastructure is { } named)
                await CopyAsync(VaultPaths.Infrastructure(cluster, point.Id), named.Digest, term, cancellation);
            if (!await CopyImagesAsync(outline, term, cancellation))
                return false;
            await CopyAsync(VaultPaths.Inventory(cluster, point.Id), point.Seal.Inventory, term, cancellation);
            var after = await purges.QuietAsync(cancellation);
            if (after.IsSubsetOf(before))
                return true;
            before = after;
        }
    }

    private async Task CopyAsync(string path, ContentDigest digest, ImmutabilityTerm? term, CancellationToken cancellation) =>
        await WriteAsync(path, await ReadAsync(path, digest, cancellation), term, cancellation);

    private async Task<byte[]> ReadAsync(string path, ContentDigest digest, CancellationToken cancellation)
    {
        var content =
            await source.ReadAsync(path, null, cancellation)
            ?? throw new ArchiveException(ArchiveFailure.NotFound, $"{path} is missing in {source.Location}");
        return ContentDigest.Of(content) == digest
            ? content
            : throw new ArchiveException(ArchiveFailure.DigestMismatch, $"{path} in {source.Location} isn't what was sealed");
    }

    private async Task<bool> CopyImagesAsync(PointOutline outline, ImmutabilityTerm? term, CancellationToken cancellation)
    {
        foreach (var image in outline.Images)
        {
            if (PointImages.PathOf(cluster, image.Location) is not { } path)
                notes.Add($"{image.Location} isn't an image of a vault, and isn't copied");
            else if (means.Images is not { } copy)
                notes.Add($"{path} isn't copied: disk images can only be copied from one blob container to another");
            else if (!await copy(path, image.Bytes, term, isOver, cancellation))
                return false;
        }
        return true;
    }
}
