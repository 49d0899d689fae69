using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Finds write-once blobs that were overwritten or hidden, on a store with versions. The oldest version counts, so the point is still
/// whole, but someone tried to change it.
/// </summary>
internal sealed class VersionCheck(IBlobStore store, Findings findings)
{
    public async Task RunAsync(IEnumerable<KeyValuePair<string, List<BlobEntry>>> blobs, CancellationToken cancellation)
    {
        foreach (var (path, versions) in blobs)
        {
            if (versions.Exists(v => v.IsCurrent) is false)
                findings.AddTampered(
                    path,
                    versions,
                    $"{path} was deleted by name; its {versions.Count} version(s) are still there and are read instead"
                );
            else if (versions.Count > 1 && await DifferAsync(path, versions[0], versions.Find(v => v.IsCurrent)!, cancellation))
                findings.AddTampered(path, versions, $"{path} was written over; its oldest version is still there and is read instead");
        }
    }

    private async Task<bool> DifferAsync(string path, BlobEntry oldest, BlobEntry current, CancellationToken cancellation)
    {
        if (oldest.Length != current.Length)
            return true;
        var first = await store.ReadAsync(path, oldest.Version, cancellation);
        var last = await store.ReadAsync(path, current.Version, cancellation);
        return first is null || last is null || !first.AsSpan().SequenceEqual(last);
    }
}
