using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Checks that packs that a new point refers to exist, have their full length, and are immutable long enough.</summary>
internal sealed class PackAvailability(IBlobStore store, ClusterName cluster)
{
    private const int Parallel = 16;

    /// <summary>
    /// Extends immutability where it is too short, in steps of 30 days so that a pack used by every capture isn't extended by each. Returns
    /// the packs that are missing, truncated, or can't be extended.
    /// </summary>
    public async Task<ImmutableArray<ContentDigest>> ReserveAsync(
        IReadOnlyCollection<NamedPack> packs,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    )
    {
        if (packs.Count == 0)
            return [];
        var there = await ListAsync(cancellation);
        var lost = new System.Collections.Concurrent.ConcurrentBag<ContentDigest>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            packs,
            options,
            async (pack, stop) =>
            {
                if (Find(there, pack) is not { } blob || blob.Length < pack.Length || !await KeepAsync(blob, term, stop))
                    lost.Add(pack.Digest);
            }
        );
        return [.. lost.Distinct().OrderBy(d => d.ToString(), StringComparer.Ordinal)];
    }

    private async Task<bool> KeepAsync(BlobEntry blob, ImmutabilityTerm? term, CancellationToken cancellation)
    {
        if (term is not { } asked || blob.Term?.Covers(asked) == true || store.Immutability == ImmutabilitySupport.None)
            return true;
        return await TryExtendAsync(blob.Path, blob.Version, asked, cancellation);
    }

    /// <summary>
    /// Extends the immutability of the vault's key documents: without them nothing that is encrypted can be read. One that the store
    /// refuses to extend stays as it is.
    /// </summary>
    public async Task KeepKeysAsync(ImmutabilityTerm term, CancellationToken cancellation)
    {
        var keys = await store.ListAsync(VaultPaths.Keys, cancellation).ToListAsync(cancellation);
        foreach (var blob in keys.Where(b => VaultPaths.KeyOf(b.Path) is not null))
            await KeepAsync(blob, term, cancellation);
    }

    /// <summary>False: there is no such version, or the store refuses.</summary>
    public async Task<bool> TryExtendAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation)
    {
        try
        {
            return await store.ExtendImmutabilityAsync(path, version, term.InSteps, cancellation);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Immutable or ArchiveFailure.Conflict)
        {
            return false;
        }
    }

    private async Task<Dictionary<string, List<BlobEntry>>> ListAsync(CancellationToken cancellation)
    {
        var there = new Dictionary<string, List<BlobEntry>>();
        await foreach (var blob in store.ListAsync(VaultPaths.Packs(cluster), cancellation))
        {
            if (!there.TryGetValue(blob.Path, out var versions))
                there.Add(blob.Path, versions = []);
            versions.Add(blob);
        }
        return there;
    }

    /// <summary>
    /// The named version; the oldest one when the vault was copied and versions have other names, since the digest verifies it anyway.
    /// </summary>
    private BlobEntry? Find(Dictionary<string, List<BlobEntry>> there, NamedPack pack) =>
        there.TryGetValue(VaultPaths.Pack(cluster, pack.Digest, pack.IsEncrypted), out var versions)
            ? versions.Find(v => v.Version == pack.Version) ?? versions[0]
            : null;
}

/// <param name="Length">The pack is at least this long: where the last named part in it ends.</param>
/// <param name="IsEncrypted">Its parts are.</param>
internal sealed record NamedPack(ContentDigest Digest, string? Version, long Length, bool IsEncrypted)
{
    public static IReadOnlyCollection<NamedPack> Of(IEnumerable<Part> parts) =>
        [
            .. parts
                .GroupBy(p => (p.Pack, p.PackVersion, IsEncrypted: p.Key is not null))
                .Select(g => new NamedPack(g.Key.Pack, g.Key.PackVersion, g.Max(p => p.Offset + p.Length), g.Key.IsEncrypted)),
        ];
}
