using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Whether what is encrypted can be decrypted: each data key that points need has a document in the vault, and it opens here. One that
/// doesn't open here isn't damaged, but what it encrypts is proven only as bytes.
/// </summary>
internal sealed class KeyCheck(IBlobStore store, Findings findings)
{
    /// <returns>Those that could be opened.</returns>
    public async Task<IReadOnlyDictionary<ContentDigest, DataKey>> RunAsync(
        IReadOnlyCollection<ContentDigest> needed,
        CancellationToken cancellation
    )
    {
        var opened = new Dictionary<ContentDigest, DataKey>();
        if (needed.Count == 0)
            return opened;
        var documents = await KeyDocuments.ReadAsync(store, cancellation);
        foreach (var (number, fault) in documents.Faults)
            findings.Add(fault, VaultPaths.Key(number), null);
        foreach (var number in documents.Missing)
            findings.Add(
                FindingKind.Missing,
                VaultPaths.Key(number),
                null,
                null,
                $"{VaultPaths.Key(number)} is missing in {store.Location}, and key documents are never deleted: copy it back from a replica"
            );
        foreach (var id in needed.OrderBy(k => k.ToString(), StringComparer.Ordinal))
        {
            if (await OpenAsync(id, documents, cancellation) is { } key)
                opened[id] = key;
        }
        await CheckVersionsAsync(cancellation);
        return opened;
    }

    private async Task<DataKey?> OpenAsync(ContentDigest id, KeyDocuments documents, CancellationToken cancellation)
    {
        try
        {
            return await VaultKeys.Of(store).FindAsync(id, cancellation);
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.Locked)
        {
            var exists = documents.Documents.Any(d => d.DataKey == id);
            findings.Add(
                exists ? FindingKind.Locked : FindingKind.Missing,
                VaultPaths.Keys,
                null,
                id.ToString(),
                exists ? $"{e.Message}. What it encrypts was checked as bytes only" : e.Message
            );
            return null;
        }
    }

    private async Task CheckVersionsAsync(CancellationToken cancellation)
    {
        var blobs = new Dictionary<string, List<BlobEntry>>(StringComparer.Ordinal);
        await foreach (var blob in store.ListAsync(VaultPaths.Keys, cancellation))
        {
            if (!blobs.TryGetValue(blob.Path, out var versions))
                blobs.Add(blob.Path, versions = []);
            versions.Add(blob);
        }
        await new VersionCheck(store, findings).RunAsync(blobs.Where(b => VaultPaths.KeyOf(b.Key) is not null), cancellation);
    }
}
