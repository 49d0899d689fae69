using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Replication;

/// <summary>
/// Copies packs that the replica doesn't have, each proven by its name: it is read whole, hashed, and put with a checksum that the storage
/// service compares. Packs that are there are kept for as long as another point needs them. The replica is listed once, and again when
/// something was purged from it meanwhile.
/// </summary>
internal sealed class ReplicaPacks(IBlobStore source, IBlobStore replica, ClusterName cluster, CopyProgress progress)
{
    /// <summary>Packs that are in memory at once: a pack has up to 16 MiB.</summary>
    private const int Parallel = 8;

    private ConcurrentDictionary<string, BlobEntry> there = [];
    private IReadOnlySet<string>? known;

    /// <param name="purges">Of the replica, of late.</param>
    /// <param name="writer">Into the replica, for the same term.</param>
    /// <returns>False: the time was over before all were there.</returns>
    /// <exception cref="ArchiveException">
    /// NotFound or DigestMismatch: a pack of the vault is damaged. Conflict: the replica has something else under its name.
    /// </exception>
    public async Task<bool> CopyAsync(
        IEnumerable<NeededPack> packs,
        ImmutabilityTerm? term,
        RecoveryPointWriter writer,
        IReadOnlySet<string> purges,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        if (known is null || !purges.IsSubsetOf(known))
            await ListAsync(purges, cancellation);
        var isDone = true;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            packs.GroupBy(p => (p.Pack, p.IsEncrypted)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (versions, stop) =>
            {
                var pack = versions.First();
                if (isOver())
                    isDone = false;
                else if (!await IsKeptAsync(pack, versions.Max(p => p.Bytes), term, stop))
                    await CopyAsync(pack, term, writer, stop);
            }
        );
        return isDone;
    }

    private async Task ListAsync(IReadOnlySet<string> purges, CancellationToken cancellation)
    {
        there = [];
        await foreach (var blob in replica.ListAsync(VaultPaths.Packs(cluster), cancellation))
            there.TryAdd(blob.Path, blob);
        known = purges;
    }

    private async Task<bool> IsKeptAsync(NeededPack pack, long length, ImmutabilityTerm? term, CancellationToken cancellation)
    {
        if (!there.TryGetValue(PathOf(pack), out var blob) || blob.Length < length)
            return false;
        if (term is not { } asked || blob.Term?.Covers(asked) == true || replica.Immutability == ImmutabilitySupport.None)
            return true;
        try
        {
            if (!await replica.ExtendImmutabilityAsync(blob.Path, blob.Version, asked.InSteps, cancellation))
                return false;
            there[blob.Path] = blob with { Term = asked.InSteps.And(blob.Term) };
            return true;
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Immutable or ArchiveFailure.Conflict)
        {
            // written again, as a new version
            return false;
        }
    }

    private async Task CopyAsync(NeededPack pack, ImmutabilityTerm? term, RecoveryPointWriter writer, CancellationToken cancellation)
    {
        var path = PathOf(pack);
        var content = await ReadAsync(path, pack.Pack, pack.Version, cancellation);
        var made = await writer.WritePackAsync(pack.Pack, content, cancellation, pack.IsEncrypted);
        there[path] = new(path, content.Length, default, made, true, term);
        progress.Add(content.Length);
    }

    private string PathOf(NeededPack pack) => VaultPaths.Pack(cluster, pack.Pack, pack.IsEncrypted);

    /// <summary>The version that the inventory names, or whichever has the right bytes: the name proves them.</summary>
    private async Task<byte[]> ReadAsync(string path, ContentDigest pack, string? version, CancellationToken cancellation)
    {
        var first = await source.ReadAsync(path, version, cancellation);
        if (first is not null && ContentDigest.Of(first) == pack)
            return first;
        await foreach (var blob in source.ListAsync(path, cancellation))
        {
            if (
                blob.Path == path
                && await source.ReadAsync(path, blob.Version, cancellation) is { } other
                && ContentDigest.Of(other) == pack
            )
                return other;
        }
        throw first is null
            ? new ArchiveException(ArchiveFailure.NotFound, $"{path} is missing in {source.Location}")
            : new ArchiveException(ArchiveFailure.DigestMismatch, $"{path} in {source.Location} isn't what its name says");
    }
}
