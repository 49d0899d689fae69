using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Live.Tests.Listing;
using Holdfast.Clusters.Watching;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Watching;

[Collection(LiveClusterCollection.Name)]
public sealed class LiveWatchTests(LiveClusterFixture live)
{
    [SkippableFact]
    public async Task Changes_after_a_revision_arrive_in_order_with_their_bytes()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 2);
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var revision = (await ns.ListAsync(r => r)).Pages[0].Revision;

        await ns.CreateAsync("new", "é😀");
        await ns.ChangeAsync(ListedNamespace.NameOf(0), "changed");
        await ns.DeleteAsync(ListedNamespace.NameOf(1));
        var events = await WatchAsync(connection, ns, revision, count: 3);

        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted], events.Select(e => e.Type));
        Assert.Contains("\"text\":\"é😀\"", Encoding.UTF8.GetString(events[0].Object.Span), StringComparison.Ordinal);
        Assert.Equal(events.OrderBy(e => long.Parse(e.ResourceVersion)), events);
    }

    [SkippableFact]
    public async Task A_stream_that_is_cut_anywhere_loses_and_repeats_no_event()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 0);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        var revision = (await ns.ListAsync(r => r)).Pages[0].Revision;
        for (var i = 0; i < 40; i++)
            await ns.CreateAsync(ListedNamespace.NameOf(i), new string('x', 500));
        var random = new Random(7);
        for (var cut = 0; cut < 8; cut++)
            proxy.Inject(Fault.CutAfter(random.Next(6000)));

        var events = await WatchAsync(connection, ns, revision, count: 40);

        Assert.Equal(ListedNamespace.Names(0, 40), events.Select(e => NameOf(e.Object)));
        Assert.True(proxy.Requests.Count > 8);
    }

    [SkippableFact]
    public async Task A_revision_older_than_the_server_keeps_is_expired()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 1);
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var revision = (await ns.ListAsync(r => r)).Pages[0].Revision;
        await ns.ChangeAsync(ListedNamespace.NameOf(0), "changed");
        await live.Cluster.CompactAsync();
        await live.Cluster.BounceAsync();

        var expired = await Assert.ThrowsAsync<ClusterException>(() => WatchAsync(connection, ns, revision, count: 1));

        Assert.Equal(ClusterFailure.Expired, expired.Failure);
    }

    [SkippableFact]
    public async Task A_watch_ends_at_once_when_it_is_cancelled()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 0);
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var revision = (await ns.ListAsync(r => r)).Pages[0].Revision;
        using var cancel = new CancellationTokenSource();
        var watching = WatchAsync(connection, ns, revision, count: 2, cancel.Token);
        await ns.CreateAsync("one", "x");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static async Task<List<WatchEvent>> WatchAsync(ClusterConnection connection, ListedNamespace ns, string revision, int count, CancellationToken cancellation = default)
    {
        var events = new List<WatchEvent>();
        await foreach (var change in new ResourceWatcher(connection).WatchAsync(ListedNamespace.LimitRanges, ns.Name, revision, cancellation))
        {
            if (change.Type != WatchEventType.Bookmark)
                events.Add(change);
            if (events.Count == count)
                break;
        }
        return events;
    }

    private static string NameOf(ReadOnlyMemory<byte> json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.GetProperty("metadata").GetProperty("name").GetString()!;
    }
}
