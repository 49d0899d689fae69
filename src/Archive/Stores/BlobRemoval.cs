namespace Holdfast.Archive.Stores;

/// <summary>Removes all there is of a blob.</summary>
public static class BlobRemoval
{
    /// <summary>
    /// Where the store has versions, the current one can't be deleted by its id (Azure answers <c>OperationNotAllowedOnRootBlob</c>): the
    /// name is deleted, and then each version. May be repeated after a crash at any place.
    /// </summary>
    /// <param name="entries">All of the blob's, as a listing has them.</param>
    /// <exception cref="Format.ArchiveException">Immutable: one of them is protected; others may be gone.</exception>
    public static async Task RemoveAsync(IBlobStore store, string path, IEnumerable<BlobEntry> entries, CancellationToken cancellation)
    {
        var versions = entries.ToList();
        if (versions.Exists(v => v.IsCurrent))
            await store.DeleteAsync(path, null, cancellation);
        foreach (var version in versions.Where(v => v.Version is not null))
            await store.DeleteAsync(path, version.Version, cancellation);
    }
}
