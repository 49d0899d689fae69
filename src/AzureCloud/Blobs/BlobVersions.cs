using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Holdfast.Archive.Stores;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>Lists a container's blobs with their versions, where the account has such; the oldest version of a name first.</summary>
internal sealed class BlobVersions(BlobContainerClient container)
{
    private volatile bool unsupported;

    /// <summary>The id of a blob's oldest version, current or not; null where there are no versions or no such blob.</summary>
    public async Task<string?> OldestAsync(string path, CancellationToken cancellation)
    {
        await foreach (var entry in ListAsync(path, cancellation))
        {
            if (entry.Path == path)
                return entry.Version;
            if (string.CompareOrdinal(entry.Path, path) > 0)
                break;
        }
        return null;
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var sameName = new List<BlobEntry>();
        await foreach (var page in PagesAsync(prefix, cancellation))
        {
            foreach (var item in page.Values)
            {
                if (sameName.Count > 0 && sameName[0].Path != item.Name)
                {
                    foreach (var entry in OldestFirst(sameName))
                        yield return entry;
                    sameName.Clear();
                }
                sameName.Add(EntryOf(item));
            }
        }
        foreach (var entry in OldestFirst(sameName))
            yield return entry;
    }

    /// <summary>Accounts with a hierarchical namespace, and emulators, know no versions and say so on the first page.</summary>
    private async IAsyncEnumerable<Page<BlobItem>> PagesAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pages = Pages(prefix, cancellation);
        try
        {
            bool any;
            try
            {
                any = await pages.MoveNextAsync();
            }
            catch (RequestFailedException e)
                when (!unsupported && (e.Status is 400 or 501) && e.ErrorCode != BlobErrorCode.ContainerNotFound)
            {
                unsupported = true;
                await pages.DisposeAsync();
                pages = Pages(prefix, cancellation);
                any = await pages.MoveNextAsync();
            }
            for (; any; any = await pages.MoveNextAsync())
                yield return pages.Current;
        }
        finally
        {
            await pages.DisposeAsync();
        }
    }

    private IAsyncEnumerator<Page<BlobItem>> Pages(string prefix, CancellationToken cancellation) =>
        container
            .GetBlobsAsync(
                unsupported ? BlobTraits.None : BlobTraits.ImmutabilityPolicy | BlobTraits.LegalHold,
                unsupported ? BlobStates.None : BlobStates.Version,
                prefix,
                cancellation
            )
            .AsPages()
            .GetAsyncEnumerator(cancellation);

    /// <summary>Version ids are times of one length: ordinal order is age.</summary>
    private static IEnumerable<BlobEntry> OldestFirst(List<BlobEntry> sameName) =>
        sameName.Count < 2 ? sameName : sameName.OrderBy(e => e.Version, StringComparer.Ordinal);

    private static BlobEntry EntryOf(BlobItem item) =>
        new(
            item.Name,
            item.Properties.ContentLength ?? 0,
            item.Properties.LastModified ?? default,
            item.VersionId,
            item.VersionId is null || item.IsLatestVersion == true,
            BlobImmutability.TermOf(item.Properties.ImmutabilityPolicy)
        )
        {
            HasLegalHold = item.Properties.HasLegalHold,
        };
}
