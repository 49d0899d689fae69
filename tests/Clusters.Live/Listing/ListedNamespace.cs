using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Clusters.Writing;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Listing;

/// <summary>
/// A namespace of a test's own with objects to list, and the ways to list and change them. They are limit ranges: no controller makes any
/// of its own.
/// </summary>
internal sealed class ListedNamespace : IDisposable
{
    public static readonly ApiResource LimitRanges = new("", "v1", "limitranges", "LimitRange", true, ["list", "create"]);
    public static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", false, ["list", "create"]);

    private static int made;
    private readonly ClusterConnection connection;
    private readonly ResourceWriter writer;

    private ListedNamespace(ITestCluster cluster)
    {
        connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        writer = new ResourceWriter(connection);
        Name = $"listed-{Interlocked.Increment(ref made)}";
    }

    public string Name { get; }

    public static async Task<ListedNamespace> CreateAsync(ITestCluster cluster, int objects, int bytes = 100)
    {
        var ns = new ListedNamespace(cluster);
        await ns.CreateAsync(Namespaces, null, $$"""{"metadata":{"name":"{{ns.Name}}"} }""");
        await Parallel.ForAsync(0, objects, async (i, _) => await ns.CreateAsync(NameOf(i), new string((char)('a' + (i % 26)), bytes)));
        return ns;
    }

    /// <summary>Sorted as the server does.</summary>
    public static string NameOf(int i) => $"range-{i:0000}";

    public static IEnumerable<string> Names(int from, int to) => Enumerable.Range(from, to - from).Select(NameOf);

    public Task CreateAsync(string name, string text) =>
        CreateAsync(LimitRanges, Name, $$"""{"metadata":{"name":"{{name}}","annotations":{"text":"{{text}}"} },"spec":{"limits":[]} }""");

    public async Task ChangeAsync(string name, string text)
    {
        var result = await writer.MergePatchAsync(
            LimitRanges,
            Name,
            name,
            Encoding.UTF8.GetBytes($$"""{"metadata":{"annotations":{"text":"{{text}}"} } }"""),
            new("test"),
            default
        );
        Assert.Equal(WriteStatus.Done, result.Status);
    }

    public async Task DeleteAsync(string name)
    {
        var result = await writer.DeleteAsync(LimitRanges, Name, name, null, null, "Background", default);
        Assert.Equal(WriteStatus.Done, result.Status);
    }

    /// <summary>What the lister says of one item, copied out.</summary>
    public sealed record Seen(string Name, string ResourceVersion, string Json);

    /// <summary>Lists to the end; <paramref name="into"/> has what was delivered when it throws.</summary>
    public static async Task<List<ListPage>> ListAsync(ClusterConnection connection, ListRequest request, List<Seen> into)
    {
        var pages = new List<ListPage>();
        await foreach (var page in new ResourceLister(connection).ListAsync(request, Collect(into), default))
            pages.Add(page);
        return pages;
    }

    public async Task<(List<Seen> Items, List<ListPage> Pages)> ListAsync(Func<ListRequest, ListRequest> ask)
    {
        var items = new List<Seen>();
        var pages = await ListAsync(connection, ask(Request), items);
        return (items, pages);
    }

    public ListRequest Request => new(LimitRanges, Name);

    public static ItemReceiver Collect(List<Seen> into) =>
        (in ListedItem item) =>
            into.Add(
                new Seen(
                    Encoding.UTF8.GetString(item.Name),
                    Encoding.UTF8.GetString(item.ResourceVersion),
                    Encoding.UTF8.GetString(item.Json)
                )
            );

    public void Dispose() => connection.Dispose();

    private async Task CreateAsync(ApiResource resource, string? ns, string body)
    {
        var result = await writer.CreateAsync(resource, ns, Encoding.UTF8.GetBytes(body), new("test"), default);
        Assert.Equal(WriteStatus.Done, result.Status);
    }
}
