using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Reads one sealed point; one without a seal, or that doesn't match it, isn't opened. Thread-safe.</summary>
public sealed class RecoveryPointReader
{
    private readonly IBlobStore store;

    private RecoveryPointReader(IBlobStore store, Seal seal, Inventory inventory) =>
        (this.store, Seal, Inventory) = (store, seal, inventory);

    public Seal Seal { get; }
    public Inventory Inventory { get; }

    /// <summary>Opens a point without any key: <see cref="SealTrust.Anyone"/>.</summary>
    /// <inheritdoc cref="OpenAsync(IBlobStore, ClusterName, PointId, SealTrust, CancellationToken)"/>
    public static Task<RecoveryPointReader> OpenAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId point,
        CancellationToken cancellation
    ) => OpenAsync(store, cluster, point, SealTrust.Anyone, cancellation);

    /// <param name="trust">Requirements on the point's seal. If its keys don't verify the seal, the cluster's other seals are read
    /// too.</param>
    /// <exception cref="ArchiveException">NotFound without a seal; Malformed, NewerVersion, DigestMismatch or Untrusted.</exception>
    public static async Task<RecoveryPointReader> OpenAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId point,
        SealTrust trust,
        CancellationToken cancellation
    )
    {
        if (await store.ReadAsync(VaultPaths.Marker, null, cancellation) is { } marker)
            VaultMarker.Read(marker);
        var sealPath = VaultPaths.Seal(cluster, point);
        var sealBytes =
            await store.ReadAsync(sealPath, null, cancellation)
            ?? throw new ArchiveException(
                ArchiveFailure.NotFound,
                $"{store.Location} has no sealed point {point} of '{cluster}': a capture that didn't finish leaves none. Run 'holdfast "
                    + "points' to list the points"
            );
        var seal = SealDocument.Read(sealBytes, cluster, point);
        await RequireTrustAsync(store, cluster, new(seal, ContentDigest.Of(sealBytes)), trust, cancellation);
        return new(store, seal, await ReadInventoryAsync(store, cluster, seal, cancellation));
    }

    /// <summary>Opens a point whose seal has been read, and judged with its cluster's others.</summary>
    /// <exception cref="ArchiveException">NotFound, Malformed, NewerVersion or DigestMismatch.</exception>
    public static async Task<RecoveryPointReader> OpenAsync(
        IBlobStore store,
        ClusterName cluster,
        SealedPoint point,
        CancellationToken cancellation
    ) => new(store, point.Seal, await ReadInventoryAsync(store, cluster, point.Seal, cancellation));

    /// <summary>A point whose seal and inventory have been read or written already.</summary>
    public static RecoveryPointReader Of(IBlobStore store, Seal seal, Inventory inventory) => new(store, seal, inventory);

    /// <summary>The segment's manifests in order, without line ends. A part is released only after its digest is proven.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSegmentAsync(
        Segment segment,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        for (var part = 0; part < segment.Parts.Length; part++)
        {
            foreach (var manifest in await ReadPartAsync(segment, part, cancellation))
                yield return manifest;
        }
    }

    /// <summary>
    /// The manifests of one part, in order; verified likewise. They share one array: keeping one keeps the whole part in memory.
    /// </summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPartAsync(Segment segment, int part, CancellationToken cancellation)
    {
        var raw = await PartReader.ReadAsync(store, Seal, segment, segment.Parts[part], cancellation);
        var manifests = new List<ReadOnlyMemory<byte>>(segment.Parts[part].Objects);
        for (var start = 0; start < raw.Length; )
        {
            var length = raw.AsSpan(start).IndexOf((byte)'\n');
            manifests.Add(raw.AsMemory(start, length));
            start += length + 1;
        }
        return manifests;
    }

    /// <summary>What the cluster ran on; null: the point doesn't say.</summary>
    /// <exception cref="ArchiveException">NotFound, Malformed, NewerVersion, DigestMismatch or Locked.</exception>
    public async Task<InfrastructureProfile?> ReadInfrastructureAsync(CancellationToken cancellation) =>
        Inventory.Infrastructure is { } named ? await PointInfrastructure.ReadAsync(store, Seal, named, cancellation) : null;

    private static async Task<ArchiveException> MissingAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
        string path,
        CancellationToken cancellation
    ) =>
        await PointExpiries.FindAsync(store, cluster, seal, SealTrust.Anyone, cancellation) is { } expiry
            ? new(
                ArchiveFailure.NotFound,
                $"Point {seal.Point} of '{cluster}' expired {expiry.ExpiredAt:u} ({expiry.Rule}) and was purged; its seal stays. Run "
                    + "'holdfast points' to list the points"
            )
            : new(
                ArchiveFailure.NotFound,
                $"{path} is missing in {store.Location}: point {seal.Point} can't be opened. Run 'holdfast verify' to list all damage"
            );

    private static async Task RequireTrustAsync(
        IBlobStore store,
        ClusterName cluster,
        SealedPoint point,
        SealTrust trust,
        CancellationToken cancellation
    )
    {
        if (trust.Proves(point.Seal) || trust == SealTrust.Unasked)
            return;
        var fault =
            trust.Fault(point.Seal)
            ?? (
                trust.Unsigned == UnsignedSeals.Accepted
                    ? null
                    : (await SealChain.ReadAsync(store, cluster, cancellation)).Distrust(point, trust)
            );
        if (fault is not null)
            throw new ArchiveException(
                ArchiveFailure.Untrusted,
                $"Point {point.Id} of '{cluster}' can't be trusted: {fault}. Nothing of it was used"
            );
    }

    /// <summary>
    /// An inventory whose point may have no seal (yet): of a running capture, or of one that was cut short. Nothing but its name proves it.
    /// Null: there is none.
    /// </summary>
    /// <exception cref="ArchiveException">Malformed, NewerVersion, DigestMismatch or Locked.</exception>
    public static async Task<Inventory?> FindInventoryAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId point,
        CancellationToken cancellation
    ) =>
        await store.ReadAsync(VaultPaths.Inventory(cluster, point), null, cancellation) is { } gzip
            ? await PointInventory.ReadUnsealedAsync(store, gzip, cluster, point, cancellation)
            : null;

    /// <summary>
    /// What a point, sealed or not, needs of the vault, without a key. Nothing but its name proves it. Null: it has no inventory.
    /// </summary>
    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static async Task<PointOutline?> FindOutlineAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId point,
        CancellationToken cancellation
    ) =>
        await store.ReadAsync(VaultPaths.Inventory(cluster, point), null, cancellation) is { } stored
            ? PointInventory.Outline(stored, cluster, point)
            : null;

    /// <summary>Reads and verifies a seal's inventory.</summary>
    /// <exception cref="ArchiveException">NotFound, Malformed, NewerVersion, DigestMismatch or Locked.</exception>
    public static async Task<Inventory> ReadInventoryAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
        CancellationToken cancellation
    ) => await PointInventory.ReadAsync(store, await StoredInventoryAsync(store, cluster, seal, cancellation), seal, cancellation);

    /// <summary>What a sealed point needs of the vault, without a key.</summary>
    /// <exception cref="ArchiveException">NotFound, Malformed, NewerVersion or DigestMismatch.</exception>
    public static async Task<PointOutline> ReadOutlineAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
        CancellationToken cancellation
    ) => PointInventory.Outline(await StoredInventoryAsync(store, cluster, seal, cancellation), cluster, seal.Point);

    /// <summary>The inventory's bytes as they were sealed.</summary>
    /// <exception cref="ArchiveException">NotFound, Malformed or DigestMismatch.</exception>
    internal static async Task<byte[]> StoredInventoryAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
        CancellationToken cancellation
    )
    {
        var path = VaultPaths.Inventory(cluster, seal.Point);
        if (seal.InventoryBytes > FormatLimits.InventoryGzipBytes)
            throw new ArchiveException(
                ArchiveFailure.Malformed,
                $"{path} in {store.Location} has {seal.InventoryBytes} bytes according to its seal, "
                    + "more than an inventory may have: it wasn't read"
            );
        var gzip = await store.ReadAsync(path, null, cancellation) ?? throw await MissingAsync(store, cluster, seal, path, cancellation);
        return gzip.Length == seal.InventoryBytes && ContentDigest.Of(gzip) == seal.Inventory
            ? gzip
            : throw new ArchiveException(
                ArchiveFailure.DigestMismatch,
                $"{path} in {store.Location} isn't the inventory that {seal.Point} was sealed with: it was changed or truncated. "
                    + "Nothing of it was used"
            );
    }
}
