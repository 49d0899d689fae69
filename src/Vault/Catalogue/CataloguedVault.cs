using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Catalogue;

/// <summary>
/// A cluster's part of a vault whose seals and expiries are read once. One is taken from the cache as long as the vault's listing shows
/// the same version, length and time of it; one that the listing shows differently is read, and one that then has other bytes than before,
/// or that isn't listed any more, is a fault: seals never change and are never purged. Everything else is as in the vault. Thread-safe.
/// </summary>
internal sealed class CataloguedVault(IBlobStore vault, ClusterName cluster, KeptBlobs kept) : IBlobStore
{
    private readonly ConcurrentDictionary<string, BlobEntry> listed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> changed = new(StringComparer.Ordinal);

    /// <summary>Gets every blob that is listed, as it is listed.</summary>
    public Action<BlobEntry>? Listed { get; init; }

    public string Location => vault.Location;

    public VaultKeys? Keys => vault.Keys;

    public ImmutabilitySupport Immutability => vault.Immutability;

    /// <summary>For a person. Complete after the points have been listed and their seals read.</summary>
    /// <param name="cache">Where the cache is, for a person.</param>
    public IEnumerable<string> Faults(string cache) =>
        kept
            .Paths.Where(IsSeal)
            .Where(path => !listed.ContainsKey(path))
            .Select(path => $"{path} is gone, and seals are never purged: it was deleted since it was listed before")
            .Concat(changed.Keys.Where(IsSeal).Select(path => $"{path} has other bytes than when it was read before: it was replaced"))
            .Order(StringComparer.Ordinal)
            .Select(fault => $"{cluster}: {fault}. If the vault was created again on purpose, delete {cache}");

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var blob in vault.ListAsync(prefix, cancellation))
        {
            // the oldest version of a seal comes first, and is the one that counts
            if (
                VaultPaths.PointOf(cluster, blob.Path) is { } point
                && (IsSeal(blob.Path) || blob.Path == VaultPaths.Expired(cluster, point))
            )
                listed.TryAdd(blob.Path, blob);
            Listed?.Invoke(blob);
            yield return blob;
        }
    }

    public async Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation)
    {
        if (!listed.TryGetValue(path, out var blob) || (version is not null && version != blob.Version))
            return await vault.ReadAsync(path, version, cancellation);
        var (known, identity) = (kept.Find(path), IdentityOf(blob));
        if (known?.Identity == identity)
            return known.Content;
        var content = await vault.ReadAsync(path, version, cancellation);
        if (content is not null)
            Keep(new(path, identity, content), known);
        return content;
    }

    private void Keep(KeptBlob read, KeptBlob? known)
    {
        if (known is null || known.Content.AsSpan().SequenceEqual(read.Content))
            kept.Add(read);
        else
            changed[read.Path] = read.Identity;
    }

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    ) => vault.CreateAsync(path, content, term, cancellation);

    public Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation) =>
        vault.ReadRangeAsync(path, version, offset, length, cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        vault.ListFoldersAsync(prefix, cancellation);

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation) => vault.DeleteAsync(path, version, cancellation);

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation) =>
        vault.ExtendImmutabilityAsync(path, version, term, cancellation);

    public Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation) =>
        vault.SetLegalHoldAsync(path, version, isHeld, cancellation);

    public Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation) =>
        vault.PromoteAsync(path, content, term, cancellation);

    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation) => vault.TraitsAsync(cancellation);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => vault.NowAsync(cancellation);

    private bool IsSeal(string path) => VaultPaths.PointOf(cluster, path) is { } point && path == VaultPaths.Seal(cluster, point);

    private static string IdentityOf(BlobEntry blob) =>
        string.Create(CultureInfo.InvariantCulture, $"{blob.Version}/{blob.Length}/{blob.LastModified.UtcTicks}");
}
