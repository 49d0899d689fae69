namespace Holdfast.Clusters.Listing;

/// <summary>Decides how many items to request for the next page, from the average size so far.</summary>
internal sealed class PageSizing(ListRequest request)
{
    public const int Smallest = 10;
    public const int Largest = 5_000;

    private long items;
    private long bytes;

    public void Count(ListPage page)
    {
        items += page.Items;
        bytes += page.Bytes;
    }

    /// <param name="pageItems">Items of the present page that have arrived.</param>
    /// <param name="pageBytes">Bytes of the present page that have arrived.</param>
    public int Next(long pageItems, long pageBytes)
    {
        if (request.PageBytes is not { } target || request.Limit == 0 || items + pageItems == 0)
            return request.Limit;
        var average = Math.Max(1, (bytes + pageBytes) / (items + pageItems));
        return (int)Math.Clamp(target / average, Smallest, Largest);
    }
}
