namespace Holdfast.Clusters.Listing;

/// <summary>Reads a short list at the latest revision to its end; starts again when it breaks off or expires meanwhile.</summary>
public static class FreshList
{
    private const int Attempts = 3;

    /// <param name="restart">Forgets what was received: called before every attempt.</param>
    /// <returns>The list's first page, its items counted over all pages.</returns>
    /// <exception cref="ClusterException">As <see cref="ResourceLister.ListAsync"/>, after three attempts.</exception>
    public static async Task<ListPage> ReadAsync(
        ResourceLister lister,
        ListRequest request,
        Action restart,
        ItemReceiver receiver,
        CancellationToken cancellation
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            restart();
            try
            {
                return await ReadOnceAsync(lister, request, receiver, cancellation);
            }
            catch (ClusterException e) when (attempt < Attempts && e.Failure is (ClusterFailure.Broken or ClusterFailure.Expired))
            {
                // a broken list at the latest revision can't be continued: a new one is as fresh
            }
        }
    }

    /// <summary>One object of the type and how many there are; at the request's revision, by default the latest.</summary>
    public static Task<ListPage> ProbeAsync(ResourceLister lister, ListRequest request, CancellationToken cancellation) =>
        lister.ReadPageAsync(request with { Limit = 1, PassesOverLarge = true }, static (in ListedItem _) => { }, cancellation);

    private static async Task<ListPage> ReadOnceAsync(
        ResourceLister lister,
        ListRequest request,
        ItemReceiver receiver,
        CancellationToken cancellation
    )
    {
        ListPage? first = null;
        var items = 0;
        await foreach (var page in lister.ListAsync(request with { PassesOverLarge = true }, receiver, cancellation))
        {
            first ??= page;
            items += page.Items;
        }
        return (
            first
            ?? throw new ClusterException(
                ClusterFailure.Broken,
                $"the list of {request.Resource} had no page: the server answers something else than a list"
            )
        ) with
        {
            Items = items,
        };
    }
}
