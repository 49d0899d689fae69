using System.Text;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;

namespace Holdfast.Restore.Targets;

/// <summary>One object of the target.</summary>
/// <param name="Json">As listed: built-in types come without apiVersion and kind.</param>
internal sealed record LiveObject(string Key, ReadOnlyMemory<byte> Json, string Uid, string Revision);

/// <summary>
/// One type's live objects, taken one by one in the order in which the API server lists them, which is the order of a point's segments too:
/// memory is one page, however many there are. A server that lists in another order is noticed, and its objects are then held whole. A list
/// that breaks off or expires is started again, a few times.
/// </summary>
internal sealed class LiveObjects(RestoreTarget target, ApiResource type, string? ns) : IAsyncDisposable
{
    private const int Restarts = 3;
    private const int FirstPage = 100;
    private const int PageBytes = 4 << 20;
    private readonly Queue<LiveObject> page = new();
    private IAsyncEnumerator<ListPage>? pages;
    private Dictionary<string, LiveObject>? unordered;
    private string lastListed = "";
    private string lastAsked = "";
    private bool inOrder = true;
    private bool ended;
    private int restarts;

    /// <summary>An object's place in the server's order.</summary>
    public static string KeyOf(string? ns, string name) => string.IsNullOrEmpty(ns) ? name : $"{ns}/{name}";

    /// <summary>
    /// The live object of this name; null when there is none. Ask in ascending order of <see cref="KeyOf"/>: that is what bounds the
    /// memory.
    /// </summary>
    public async ValueTask<LiveObject?> TakeAsync(string key, CancellationToken cancellation)
    {
        if (unordered is null && string.CompareOrdinal(key, lastAsked) < 0)
            await HoldAllAsync(cancellation);
        lastAsked = key;
        while (unordered is null)
        {
            while (page.TryPeek(out var head) && string.CompareOrdinal(head.Key, key) < 0)
                page.Dequeue();
            if (page.TryPeek(out var found))
                return found.Key == key ? page.Dequeue() : null;
            if (ended)
                return null;
            await NextPageAsync(cancellation);
        }
        return unordered.GetValueOrDefault(key);
    }

    public async ValueTask DisposeAsync()
    {
        if (pages is not null)
            await pages.DisposeAsync();
    }

    private async Task NextPageAsync(CancellationToken cancellation)
    {
        try
        {
            pages ??= List(cancellation).GetAsyncEnumerator(cancellation);
            ended = !await pages.MoveNextAsync();
        }
        catch (ClusterException failed) when ((failed.Failure is ClusterFailure.Broken or ClusterFailure.Expired) && restarts++ < Restarts)
        {
            await StartAgainAsync();
        }
        if (!inOrder)
            await HoldAllAsync(cancellation);
    }

    private async Task StartAgainAsync()
    {
        await DisposeAsync();
        pages = null;
        page.Clear();
        lastListed = "";
    }

    private async Task HoldAllAsync(CancellationToken cancellation)
    {
        page.Clear();
        unordered = new(StringComparer.Ordinal);
        await foreach (var _ in List(cancellation)) { }
    }

    private IAsyncEnumerable<ListPage> List(CancellationToken cancellation) =>
        target.List(new(type, ns) { Limit = FirstPage, PageBytes = PageBytes }, Receive, cancellation);

    private void Receive(in ListedItem item)
    {
        var key = KeyOf(Encoding.UTF8.GetString(item.Namespace), Encoding.UTF8.GetString(item.Name));
        var live = new LiveObject(
            key,
            item.Json.ToArray(),
            Encoding.UTF8.GetString(item.Uid),
            Encoding.UTF8.GetString(item.ResourceVersion)
        );
        if (unordered is not null)
        {
            unordered[key] = live;
            return;
        }
        inOrder &= string.CompareOrdinal(key, lastListed) > 0;
        lastListed = key;
        page.Enqueue(live);
    }
}
