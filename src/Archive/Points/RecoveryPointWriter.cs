using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>A sealed recovery point.</summary>
public sealed record SealedPoint(Seal Seal, ContentDigest SealDigest)
{
    public PointId Id => Seal.Point;
}

/// <summary>What a seal says beyond its inventory.</summary>
/// <param name="KeepUntil">Until when the point and every pack that it names must be immutable; null for not.</param>
/// <param name="Signer">Null: the seal is not signed.</param>
public sealed record SealRequest(PointState State, DateTimeOffset? KeepUntil, SealSigner? Signer = null)
{
    /// <summary>What the cluster runs on; null: it isn't known.</summary>
    public InfrastructureProfile? Infrastructure { get; init; }

    /// <summary>Whether <see cref="KeepUntil"/> can be taken back.</summary>
    public ImmutabilityMode Mode { get; init; }

    internal ImmutabilityTerm? Term => ImmutabilityTerm.Of(KeepUntil, Mode);
}

/// <summary>
/// Writes one cluster's points: packs, then infrastructure, inventory and seal; every write is create-only and may be repeated.
/// Thread-safe.
/// </summary>
/// <param name="keep">Until when packs written here shall be immutable, and how firmly; null for not.</param>
/// <param name="time">Decides whether a capture is too old to seal; null: the system's clock.</param>
/// <param name="trust">
/// Whose seals are continued in addition to those of a point's own signer; null: without a signer, all with a consistent sequence.
/// </param>
/// <param name="encryption">
/// How points are encrypted; null: not at all, and then a vault whose points are encrypted is not written to.
/// </param>
public sealed class RecoveryPointWriter(
    IBlobStore store,
    ClusterName cluster,
    ImmutabilityTerm? keep,
    TimeProvider? time = null,
    SealTrust? trust = null,
    PointEncryption? encryption = null
)
{
    /// <summary>A capture older than this is refused (docs/format.md): packs without a point may be deleted after 7 days.</summary>
    public static readonly TimeSpan SealingLimit = TimeSpan.FromDays(3);

    public PointEncryption? Encryption => encryption;

    /// <summary>Writes packs as they are in another vault, whose marker and keys the store has already.</summary>
    public static RecoveryPointWriter OfCopies(IBlobStore store, ClusterName cluster, ImmutabilityTerm? keep, TimeProvider time) =>
        new(store, cluster, keep, time) { marked = true };

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<(ContentDigest, string?), bool> created = [];
    private readonly PackAvailability packs = new(store, cluster);
    private readonly PurgeMarks purges = new(store, cluster, time ?? TimeProvider.System);
    private volatile bool marked;

    /// <summary>
    /// Puts a pack under its digest. An existing pack is success only if its bytes are equal; where it can't be kept for long enough, and
    /// the store has versions, it is written again as a new version. Returns the store's version of it.
    /// </summary>
    /// <param name="isEncrypted">Its parts are.</param>
    public async Task<string?> WritePackAsync(
        ContentDigest digest,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation,
        bool isEncrypted = false
    )
    {
        await MarkAsync(cancellation);
        var path = VaultPaths.Pack(cluster, digest, isEncrypted);
        var outcome = await store.CreateAsync(path, content, keep, cancellation);
        if (outcome.Created)
            return Note(digest, outcome.Version);
        await RequireEqualAsync(path, outcome.Version, digest, cancellation);
        if (keep is not { } term || await packs.TryExtendAsync(path, outcome.Version, term, cancellation))
            return outcome.Version;
        return outcome.Version is null ? null : Note(digest, await store.PromoteAsync(path, content, term, cancellation));
    }

    /// <summary>Has the key documents kept for as long as the packs that are written here.</summary>
    public Task KeepKeysAsync(CancellationToken cancellation) =>
        keep is { } term ? packs.KeepKeysAsync(term, cancellation) : Task.CompletedTask;

    /// <summary>
    /// Ensures that the packs of these parts exist and are kept for <paramref name="term"/>; returns those that are lost. A capture
    /// calls it before it reuses parts of an earlier point, and writes the content of lost packs again.
    /// </summary>
    public Task<ImmutableArray<ContentDigest>> ReservePacksAsync(
        IEnumerable<Part> parts,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    ) => packs.ReserveAsync([.. NamedPack.Of(parts).Where(p => !IsFresh(p, term))], term, cancellation);

    /// <summary>
    /// Checks that every pack that the inventory names is there and immutable long enough, and writes the infrastructure, the inventory and
    /// the seal. The same inventory and infrastructure give the same point.
    /// </summary>
    /// <exception cref="ArchiveException">NotFound with <see cref="ArchiveException.LostPacks"/> when packs must be written again; Conflict
    /// when the capture is too old or the vault holds something else under the point's name.</exception>
    public async Task<SealedPoint> SealAsync(Inventory inventory, SealRequest request, CancellationToken cancellation)
    {
        var infrastructure = request.Infrastructure is { } profile ? PointInfrastructure.Write(profile, inventory, encryption) : null;
        if (infrastructure is not null)
            inventory = inventory with { Infrastructure = new(ContentDigest.Of(infrastructure), infrastructure.Length) };
        Require(inventory, request);
        await MarkAsync(cancellation);
        var gzip = PointInventory.Write(inventory, encryption);
        var digest = ContentDigest.Of(gzip);
        var point = PointId.For(inventory.PinnedAt, digest);
        if (await FindAsync(point, digest, cancellation) is { } sealedBefore)
            return sealedBefore;
        RequireYoung(inventory);
        var before = await purges.QuietAsync(cancellation);
        await RequirePacksAsync(inventory, request, cancellation);
        if (encryption is not null && request.Term is { } term)
            await packs.KeepKeysAsync(term, cancellation);
        if (infrastructure is not null)
            await WriteAsync(VaultPaths.Infrastructure(cluster, point), infrastructure, request, cancellation);
        await WriteAsync(VaultPaths.Inventory(cluster, point), gzip, request, cancellation);
        // a purge that began meanwhile may not have seen what the inventory names
        if (!(await purges.QuietAsync(cancellation)).IsSubsetOf(before))
            await RequirePacksAsync(inventory, request, cancellation);
        var trusted = await (trust ?? SealTrust.Anyone).ForCaptureAsync(request.Signer, cancellation);
        var end = await ChainEnd.ToContinueAsync(store, cluster, trusted, cancellation);
        return await WriteSealAsync(SealOf(inventory, request, point, digest, gzip.Length, end.Heads), request, cancellation);
    }

    private string? Note(ContentDigest digest, string? version)
    {
        created[(digest, version)] = true;
        return version;
    }

    private Seal SealOf(
        Inventory inventory,
        SealRequest request,
        PointId point,
        ContentDigest digest,
        int bytes,
        ImmutableArray<SealedPoint> heads
    ) =>
        new()
        {
            Point = point,
            Cluster = inventory.Cluster,
            ClusterUid = inventory.ClusterUid,
            Sequence = heads.Select(h => h.Seal.Sequence).DefaultIfEmpty().Max() + 1,
            Previous =
            [
                .. heads.Select(h => new PreviousSeal(h.Id, h.SealDigest)).OrderBy(p => p.Point.ToString(), StringComparer.Ordinal),
            ],
            Inventory = digest,
            InventoryBytes = bytes,
            Revision = inventory.Revision,
            State = request.State,
            Objects = InventoryRules.Objects(inventory),
            RawBytes = InventoryRules.RawBytes(inventory),
            PinnedAt = inventory.PinnedAt.ToUniversalTime(),
            KeepUntil = request.KeepUntil?.ToUniversalTime(),
        };

    private async Task<SealedPoint> WriteSealAsync(Seal seal, SealRequest request, CancellationToken cancellation)
    {
        var complete = SealDocument.Complete(seal);
        if (request.Signer is { } signer)
            complete = await signer.SignAsync(complete, cancellation);
        var bytes = SealDocument.Write(complete);
        var outcome = await store.CreateAsync(VaultPaths.Seal(cluster, seal.Point), bytes, request.Term, cancellation);
        if (outcome.Created)
            return new SealedPoint(complete, ContentDigest.Of(bytes));
        return await FindAsync(seal.Point, seal.Inventory, cancellation)
            ?? throw Conflict($"{VaultPaths.Seal(cluster, seal.Point)} was deleted a moment ago");
    }

    private async Task<SealedPoint?> FindAsync(PointId point, ContentDigest inventory, CancellationToken cancellation)
    {
        var path = VaultPaths.Seal(cluster, point);
        if (await store.ReadAsync(path, null, cancellation) is not { } bytes)
            return null;
        var seal = SealDocument.Read(bytes, cluster, point);
        return seal.Inventory == inventory
            ? new SealedPoint(seal, ContentDigest.Of(bytes))
            : throw Conflict($"{path} seals another inventory ({seal.Inventory}) than this capture's ({inventory})");
    }

    private async Task WriteAsync(string path, byte[] content, SealRequest request, CancellationToken cancellation)
    {
        var outcome = await store.CreateAsync(path, content, request.Term, cancellation);
        if (!outcome.Created)
            await RequireEqualAsync(path, outcome.Version, ContentDigest.Of(content), cancellation);
    }

    private async Task RequireEqualAsync(string path, string? version, ContentDigest digest, CancellationToken cancellation)
    {
        if (await store.ReadAsync(path, version, cancellation) is { } existing && ContentDigest.Of(existing) != digest)
            throw Conflict(
                $"{path} already exists in {store.Location} with other content, so it was damaged or forged: run 'holdfast verify' to "
                    + "find out which points need it. Move it out of the vault and capture again"
            );
    }

    private async Task RequirePacksAsync(Inventory inventory, SealRequest request, CancellationToken cancellation)
    {
        var lost = await ReservePacksAsync(inventory.Segments.SelectMany(s => s.Parts), request.Term, cancellation);
        if (lost.Length > 0)
        {
            throw new ArchiveException(
                ArchiveFailure.NotFound,
                $"{lost.Length} packs that the point needs are missing in {store.Location}, truncated or can't be kept long "
                    + $"enough ({VaultPaths.Packs(cluster)}{lost[0]}"
                    + $"{(lost.Length > 1 ? ", ..." : "")}): what they hold must be read from the cluster again. 'holdfast capture "
                    + "--full' does"
            )
            {
                LostPacks = lost,
            };
        }
    }

    private void Require(Inventory inventory, SealRequest request)
    {
        if (inventory.Cluster != cluster)
            throw new ArgumentException($"the inventory is of '{inventory.Cluster}', not of '{cluster}'", nameof(inventory));
        if (request.State == PointState.Succeeded && inventory.Gaps.Length > 0)
            throw new ArgumentException("a point with gaps is Partial", nameof(request));
        if (InventoryRules.Fault(InventoryRules.Sort(inventory)) is { } fault)
            throw new ArgumentException(fault, nameof(inventory));
        RequireEncrypted(inventory);
    }

    /// <summary>What was exported before encryption was turned on, or extended, isn't sealed after it.</summary>
    private void RequireEncrypted(Inventory inventory)
    {
        var open = inventory.Segments.FirstOrDefault(s => encryption?.Includes(s.Resource) == true && s.Parts.Any(p => p.Key is null));
        if (open is not null)
            throw Conflict(
                $"{InventoryRules.Describe(open)} was captured without encryption, which {store.Location} has by now: capture again"
            );
    }

    private void RequireYoung(Inventory inventory)
    {
        if (time.GetUtcNow() - inventory.PinnedAt > SealingLimit)
            throw Conflict(
                $"The capture's revision is from {inventory.PinnedAt:u}, more than {SealingLimit.TotalDays:0} days ago, and a point "
                    + "must be sealed by then: capture again"
            );
    }

    /// <summary>Written by this writer and immutable for long enough: no lookup is needed.</summary>
    private bool IsFresh(NamedPack pack, ImmutabilityTerm? term) =>
        created.ContainsKey((pack.Digest, pack.Version)) && (term is not { } asked || keep?.Covers(asked) == true);

    private async Task MarkAsync(CancellationToken cancellation)
    {
        if (marked)
            return;
        if (encryption is null && await VaultKeys.Of(store).CurrentAsync(cancellation) is not null)
            throw new ArchiveException(
                ArchiveFailure.Locked,
                $"{store.Location} is encrypted, which this capture doesn't know yet: nothing more was written. Capture again"
            );
        var outcome = await store.CreateAsync(VaultPaths.Marker, new VaultMarker().ToBytes(), null, cancellation);
        if (!outcome.Created && await store.ReadAsync(VaultPaths.Marker, outcome.Version, cancellation) is { } existing)
            VaultMarker.Read(existing);
        marked = true;
    }

    private static ArchiveException Conflict(string message) => new(ArchiveFailure.Conflict, message);
}
