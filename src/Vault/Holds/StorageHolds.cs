using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Holds;

/// <summary>Places the storage's legal hold on blobs, and takes it off, many at once. May be repeated.</summary>
internal sealed class StorageHolds(IBlobStore vault)
{
    private const int Parallel = 16;

    private int done;
    private int missing;
    private volatile bool isUnsupported;

    /// <returns>Null: the storage has no legal holds.</returns>
    public async Task<(int Done, int Missing)?> SetAsync(
        IEnumerable<KeyValuePair<string, string?>> blobs,
        bool isHeld,
        CancellationToken cancellation
    )
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            blobs,
            options,
            async (blob, stop) =>
            {
                if (!isUnsupported)
                    Count(await SetAsync(blob.Key, blob.Value, isHeld, stop));
            }
        );
        return isUnsupported ? null : (done, missing);
    }

    private async Task<LegalHoldOutcome> SetAsync(string path, string? version, bool isHeld, CancellationToken cancellation)
    {
        if (
            version is not null
            && await vault.SetLegalHoldAsync(path, version, isHeld, cancellation) is var named and not LegalHoldOutcome.NotFound
        )
            return named;
        // none is named, or it is of the vault that this one was copied from
        var versions = await vault.ListAsync(path, cancellation).Where(b => b.Path == path).ToListAsync(cancellation);
        if (versions.Count == 0)
            return LegalHoldOutcome.NotFound;
        // an image was filled after it was made: of others the oldest version counts
        var counting = path.EndsWith(VaultPaths.ImageEnding, StringComparison.Ordinal) ? versions[^1] : versions[0];
        return await vault.SetLegalHoldAsync(path, counting.Version, isHeld, cancellation);
    }

    private void Count(LegalHoldOutcome outcome)
    {
        if (outcome == LegalHoldOutcome.NotSupported)
            isUnsupported = true;
        else
            Interlocked.Increment(ref outcome == LegalHoldOutcome.Done ? ref done : ref missing);
    }
}
