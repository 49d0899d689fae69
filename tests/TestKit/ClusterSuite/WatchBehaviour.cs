using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

public abstract class WatchBehaviour(ITestCluster cluster) : ClusterBehaviour(cluster)
{
    [SkippableFact]
    public async Task Changes_come_in_order_from_a_revision_on_and_a_bookmark_before_the_end()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        var revision = Text((await Api.GetAsync(Widgets(group, ns))).Metadata["resourceVersion"]);
        await Api.PostAsync(Widgets(group, ns), Widget(group, "before"));
        var started = new TaskCompletionSource();
        var watching = ReadAsync(
            $"{Widgets(group, ns)}?watch=true&resourceVersion={revision}&allowWatchBookmarks=true&timeoutSeconds=5",
            started
        );
        await started.Task;
        await Api.PostAsync(Widgets(group, ns), Widget(group, "w"));
        await Api.PatchAsync(Widgets(group, ns) + "/w", """{"spec":{"size":2}}""");
        await Api.DeleteAsync(Widgets(group, ns) + "/w");

        var events = await watching;

        Assert.Equal(["ADDED before", "ADDED w", "MODIFIED w", "DELETED w"], Readable(events.Where(e => Text(e["type"]) != "BOOKMARK")));
        Assert.Equal("BOOKMARK", Text(events[^1]["type"]));
        Assert.Equal(("Widget", $"{group}/v1"), (Text(events[^1]["object"]!["kind"]), Text(events[0]["object"]!["apiVersion"])));
        var revisions = events.Select(e => long.Parse(Text(e["object"]!["metadata"]!["resourceVersion"])!)).ToArray();
        Assert.Equal(revisions.Order(), revisions);
    }

    [SkippableFact]
    public async Task Without_a_revision_what_is_there_comes_first()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");
        await NewConfigMapAsync(ns, "b");

        var events = await ReadAsync($"{ConfigMaps(ns)}?watch=1&timeoutSeconds=1");

        Assert.Equal(
            ["ADDED a", "ADDED b"],
            Readable(events).Where(e => !e.EndsWith("kube-root-ca.crt", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        Assert.Equal("ConfigMap", Text(events[0]["object"]!["kind"]));
    }

    [SkippableFact]
    public async Task An_object_that_leaves_the_selection_is_deleted_to_its_watcher()
    {
        var ns = await NewNamespaceAsync();
        var revision = Text((await NewConfigMapAsync(ns, "a")).Metadata["resourceVersion"]);
        await Api.PatchAsync(ConfigMaps(ns) + "/a", """{"metadata":{"labels":{"x":"y"}}}""");
        await Api.PatchAsync(ConfigMaps(ns) + "/a", """{"data":{"k":"new"}}""");
        await Api.PatchAsync(ConfigMaps(ns) + "/a", """{"metadata":{"labels":{"x":"z"}}}""");

        var events = await ReadAsync($"{ConfigMaps(ns)}?watch=1&resourceVersion={revision}&labelSelector=x=y&timeoutSeconds=2");

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], Readable(events));
    }

    [SkippableFact]
    public async Task A_revision_that_is_compacted_away_ends_the_watch_with_410()
    {
        Skip.If(Cluster.IsReal, "a real server answers from its watch cache what etcd has compacted");
        var ns = await NewNamespaceAsync();
        var revision = Text((await NewConfigMapAsync(ns, "a")).Metadata["resourceVersion"]);
        await NewConfigMapAsync(ns, "b");
        await Cluster.CompactAsync();

        var events = await ReadAsync($"{ConfigMaps(ns)}?watch=1&resourceVersion={revision}&timeoutSeconds=5");

        var error = Assert.Single(events);
        Assert.Equal(("ERROR", 410, "Expired"), (Text(error["type"]), (int)error["object"]!["code"]!, Text(error["object"]!["reason"])));
    }

    private async Task<List<JsonObject>> ReadAsync(string path, TaskCompletionSource? started = null)
    {
        List<JsonObject> events = [];
        await foreach (var change in Api.WatchAsync(path, started))
            events.Add(change);
        return events;
    }

    private static string[] Readable(IEnumerable<JsonObject> events) =>
        [.. events.Select(e => $"{Text(e["type"])} {Text(e["object"]!["metadata"]!["name"])}")];
}
