using System.Runtime.CompilerServices;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Listing;

/// <summary>
/// Lists a type's objects page by page, cutting each item's bytes out of the response as it arrives: no object is allocated per item, and
/// memory is about one item per list. Thread-safe.
/// </summary>
/// <remarks>
/// An item reaches the receiver at most once: a page that breaks off is requested again and delivered items are skipped, which is exact for
/// a page at a fixed revision. The first page of a list at the latest revision can't be repeated so; when it breaks off after its first
/// item, the call fails with <see cref="ClusterFailure.Broken"/> and the caller starts again.
/// </remarks>
public sealed class ResourceLister(ClusterConnection connection)
{
    /// <summary>
    /// Lists to the end, yielding after each page's items were received. The next page is requested as soon as its token is read. The
    /// enumeration can stop at any page and be continued later with its <see cref="ListPage.Continue"/>.
    /// </summary>
    /// <exception cref="ClusterException">
    /// Expired on 410, with nothing of another revision delivered; Forbidden, NotFound, Throttled, Broken.
    /// </exception>
    public async IAsyncEnumerable<ListPage> ListAsync(
        ListRequest request,
        ItemReceiver receiver,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var sizing = new PageSizing(request);
        var revision = request.Revision;
        PageRequest? current = new PageRequest(connection, request, cancellation);
        PageRequest? ahead = null;
        try
        {
            while (current is not null)
            {
                var reading = new PageReading(
                    connection,
                    current,
                    receiver,
                    revision,
                    (token, items, bytes) =>
                        ahead ??= new PageRequest(
                            connection,
                            request with
                            {
                                Continue = token,
                                Limit = sizing.Next(items, bytes),
                            },
                            cancellation
                        )
                );
                var page = await reading.ReadAsync(cancellation);
                yield return page;
                sizing.Count(page);
                revision = page.Revision;
                await current.DisposeAsync();
                current = ahead;
                ahead = null;
            }
        }
        finally
        {
            await DisposeAsync(current);
            await DisposeAsync(ahead);
        }
    }

    /// <summary>Only the first page, however many follow: nothing is prefetched.</summary>
    /// <exception cref="ClusterException">As for <see cref="ListAsync"/>.</exception>
    public async Task<ListPage> ReadPageAsync(ListRequest request, ItemReceiver receiver, CancellationToken cancellation)
    {
        await using var page = new PageRequest(connection, request, cancellation);
        return await new PageReading(connection, page, receiver, request.Revision, static (_, _, _) => { }).ReadAsync(cancellation);
    }

    private static ValueTask DisposeAsync(PageRequest? request) => request?.DisposeAsync() ?? ValueTask.CompletedTask;
}
