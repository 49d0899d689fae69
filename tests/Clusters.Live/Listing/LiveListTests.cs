using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Clusters.Live.Tests.Listing;

[Collection(LiveClusterCollection.Name)]
public sealed class LiveListTests(LiveClusterFixture live, ITestOutputHelper output)
{
    private static readonly ApiResource ClusterRoles = new(
        "rbac.authorization.k8s.io",
        "v1",
        "clusterroles",
        "ClusterRole",
        false,
        ["list"]
    );

    [SkippableTheory]
    [InlineData(0, false), InlineData(7, false), InlineData(0, true), InlineData(7, true)]
    public async Task A_list_at_a_revision_shows_that_revision_whatever_happened_since(int limit, bool metadataOnly)
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 30);
        var (before, pages) = await ns.ListAsync(r => r with { MetadataOnly = metadataOnly });
        var revision = pages[0].Revision;

        await ns.DeleteAsync(ListedNamespace.NameOf(0));
        await ns.ChangeAsync(ListedNamespace.NameOf(1), "changed");
        await ns.CreateAsync("later", "new");
        var (then, thenPages) = await ns.ListAsync(r => r with { Revision = revision, Limit = limit, MetadataOnly = metadataOnly });

        Assert.Equal(before, then);
        Assert.All(thenPages, p => Assert.Equal(revision, p.Revision));
        Assert.NotEqual(before, (await ns.ListAsync(r => r with { MetadataOnly = metadataOnly })).Items);
    }

    [SkippableFact]
    public async Task Pages_at_a_revision_are_the_same_while_a_writer_continues()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 40);
        var (whole, pages) = await ns.ListAsync(r => r);
        using var stop = new CancellationTokenSource();
        var writing = WriteUntilAsync(ns, stop.Token);

        for (var round = 0; round < 5; round++)
            Assert.Equal(whole, (await ns.ListAsync(r => r with { Limit = 3, Revision = pages[0].Revision })).Items);

        await stop.CancelAsync();
        Assert.True(await writing > 0);
    }

    [SkippableFact]
    public async Task A_revision_that_the_server_has_not_reached_is_broken_and_says_so()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 1);
        var future = (long.Parse((await ns.ListAsync(r => r)).Pages[0].Revision) + 1_000_000).ToString();

        var refused = await Assert.ThrowsAsync<ClusterException>(() => ns.ListAsync(r => r with { Revision = future }));

        Assert.Equal(ClusterFailure.Broken, refused.Failure);
        Assert.Matches("future revision|[Tt]oo large resource version", refused.Message);
    }

    [SkippableFact]
    public async Task Pages_follow_each_other_and_a_later_lister_continues_where_one_stopped()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 50);
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var first = new List<ListedNamespace.Seen>();
        ListPage? stopped = null;
        await foreach (
            var page in new ResourceLister(connection).ListAsync(ns.Request with { Limit = 20 }, ListedNamespace.Collect(first), default)
        )
        {
            stopped = page;
            break;
        }

        var rest = new List<ListedNamespace.Seen>();
        var pages = await ListedNamespace.ListAsync(connection, ns.Request with { Limit = 20, Continue = stopped!.Continue }, rest);

        Assert.Equal((20, 30L), (stopped.Items, stopped.Remaining));
        Assert.Equal([20, 10], pages.Select(p => p.Items));
        Assert.Null(pages[^1].Continue);
        Assert.Equal(ListedNamespace.Names(0, 20), first.Select(i => i.Name));
        Assert.Equal(ListedNamespace.Names(20, 50), rest.Select(i => i.Name));
    }

    [SkippableFact]
    public async Task An_item_is_the_objects_own_bytes()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 1);
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);

        var item = (await ns.ListAsync(r => r)).Items.Single();
        var alone = await connection.GetAsync(ListedNamespace.LimitRanges.ObjectPath(ns.Name, item.Name), default);

        Assert.Equal(Encoding.UTF8.GetString(alone).TrimEnd(), item.Json.Insert(1, "\"kind\":\"LimitRange\",\"apiVersion\":\"v1\","));
    }

    [SkippableFact]
    public async Task An_expired_revision_ends_the_list_with_nothing_of_another_revision()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 60);
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var seen = new List<ListedNamespace.Seen>();
        var expired = await Record.ExceptionAsync(async () =>
        {
            await foreach (
                var page in new ResourceLister(connection).ListAsync(ns.Request with { Limit = 5 }, ListedNamespace.Collect(seen), default)
            )
            {
                if (seen.Count > 5)
                    continue;
                foreach (var i in Enumerable.Range(0, 60))
                    await ns.ChangeAsync(ListedNamespace.NameOf(i), "changed");
                await live.Cluster.CompactAsync();
            }
        });

        Assert.DoesNotContain(seen, i => i.Json.Contains("changed", StringComparison.Ordinal));
        if (expired is null && await KubernetesVersion.KeepsSnapshotsAsync(connection))
        {
            Assert.Equal(60, seen.Count);
            return;
        }
        Assert.Equal(ClusterFailure.Expired, Assert.IsType<ClusterException>(expired).Failure);
        Assert.InRange(seen.Count, 5, 15);
    }

    [SkippableFact]
    public async Task A_page_cut_anywhere_still_delivers_every_item_once()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 200, bytes: 2000);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        var (whole, pages) = await ns.ListAsync(r => r with { Limit = 0 });

        var random = PrintedSeed.Random(output);
        for (var round = 0; round < 6; round++)
        {
            for (var cut = 0; cut < 4; cut++)
                proxy.Inject(
                    random.Next(4) == 0 ? Fault.LoseAnswer() : Fault.CutAfter(random.Next(120_000)),
                    r => r.IsListOf("limitranges"),
                    first: random.Next(1, 4)
                );
            var seen = new List<ListedNamespace.Seen>();
            await ListedNamespace.ListAsync(connection, ns.Request with { Limit = 50, Revision = pages[0].Revision }, seen);
            proxy.Heal();

            Assert.True(whole.SequenceEqual(seen), $"round {round}: {seen.Count} of {whole.Count} items, or others");
        }
    }

    [SkippableFact]
    public async Task A_stalled_page_is_asked_for_again()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 20);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var connection = new ClusterConnection(
            proxy.Endpoint with
            {
                StallTimeout = TimeSpan.FromMilliseconds(500),
            },
            TimeProvider.System
        );
        var (whole, pages) = await ns.ListAsync(r => r);
        proxy.Inject(Fault.StallAfter(3000));

        var seen = new List<ListedNamespace.Seen>();
        await ListedNamespace.ListAsync(connection, ns.Request with { Revision = pages[0].Revision }, seen);

        Assert.Equal(whole, seen);
        Assert.Equal(2, proxy.Requests.Count);
    }

    [SkippableFact]
    public async Task The_first_page_at_the_latest_revision_is_not_repeated_once_an_item_was_delivered()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 20);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        proxy.Inject(Fault.CutAfter(20));
        proxy.Inject(Fault.CutAfter(3000));

        var seen = new List<ListedNamespace.Seen>();
        var broken = await Assert.ThrowsAsync<ClusterException>(() => ListedNamespace.ListAsync(connection, ns.Request, seen));

        Assert.Equal(ClusterFailure.Broken, broken.Failure);
        Assert.True(broken.IsTransient);
        Assert.NotEmpty(seen);
        Assert.Equal(2, proxy.Requests.Count);
    }

    [SkippableFact]
    public async Task Names_that_json_escapes_and_selectors_that_urls_do_arrive_as_they_are()
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        await live.Cluster.KubectlAsync(
            ["apply", "-f", "-"],
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"a&b <c>","labels":{"listed.test/a":"x"}},
             "rules":[]}
            """
        );

        var seen = new List<ListedNamespace.Seen>();
        await ListedNamespace.ListAsync(connection, new ListRequest(ClusterRoles, null) { LabelSelector = "listed.test/a in (x,y)" }, seen);
        await ListedNamespace.ListAsync(
            connection,
            new ListRequest(ClusterRoles, null) { FieldSelector = "metadata.name=cluster-admin" },
            seen
        );

        Assert.Equal(["a&b <c>", "cluster-admin"], seen.Select(i => i.Name));
    }

    [SkippableFact]
    public async Task A_metadata_only_list_has_the_same_identities_as_a_whole_one_for_every_type()
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        await live.Cluster.KubectlAsync(
            ["apply", "-f", "-"],
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.listed.test"},
             "spec":{"group":"listed.test","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
                     "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """
        );
        await live.Cluster.KubectlAsync(["wait", "--for=condition=established", "crd/things.listed.test"]);
        var thing =
            """{"apiVersion":"listed.test/v1","kind":"Thing","metadata":{"name":"one","namespace":"default","labels":"""
            + """{"a":"b","component":"x"}}}""";
        await ApplyAsync(thing);

        var surface = await Discovery.ReadAsync(connection, default);
        foreach (
            var type in surface.Resources.Where(r =>
                r.Can("list") && surface.Find(r.Group, r.Resource) == r && r.Resource != "componentstatuses"
            )
        )
        {
            var (whole, metadata) = (new List<string>(), new List<string>());
            var revision = await IdentitiesAsync(connection, new ListRequest(type, null) { Limit = 3 }, whole);
            await IdentitiesAsync(
                connection,
                new ListRequest(type, null)
                {
                    Limit = 4,
                    MetadataOnly = true,
                    Revision = revision,
                },
                metadata
            );
            Assert.Equal(whole, metadata);
            Assert.True(type.Resource != "things" || whole.Single().EndsWith("/x", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task A_forbidden_list_names_the_missing_permission()
    {
        using var connection = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<ClusterException>(() =>
            ListedNamespace.ListAsync(connection, new ListRequest(ListedNamespace.LimitRanges, "default"), [])
        );

        Assert.Equal(ClusterFailure.Forbidden, refused.Failure);
        Assert.Contains("limitranges", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Pages_are_sized_by_what_items_weigh()
    {
        using var ns = await ListedNamespace.CreateAsync(live.Cluster, objects: 60, bytes: 20_000);

        var (items, pages) = await ns.ListAsync(r => r with { Limit = 20, PageBytes = 300_000 });

        Assert.Equal(60, items.Count);
        Assert.Equal(20, pages[0].Items);
        Assert.All(pages.Skip(1).SkipLast(1), p => Assert.InRange(p.Items, 12, 16));
    }

    /// <summary>Changes, deletes and creates without pause; gives how often.</summary>
    private static async Task<int> WriteUntilAsync(ListedNamespace ns, CancellationToken stop)
    {
        var rounds = 0;
        for (; !stop.IsCancellationRequested; rounds++)
        {
            await ns.ChangeAsync(ListedNamespace.NameOf(20 + (rounds % 20)), $"round {rounds}");
            if (rounds < 20)
                await ns.DeleteAsync(ListedNamespace.NameOf(rounds));
            await ns.CreateAsync($"new-{rounds}", "x");
        }
        return rounds;
    }

    /// <summary>The first create after a CRD is Established may still fail for a moment.</summary>
    private async Task ApplyAsync(string custom)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await live.Cluster.KubectlAsync(["apply", "-f", "-"], custom);
                return;
            }
            catch (InvalidOperationException) when (tries < 20)
            {
                // Not served yet.
            }
        }
    }

    /// <summary>Lists to the end and gives the list's revision.</summary>
    private static async Task<string> IdentitiesAsync(ClusterConnection connection, ListRequest request, List<string> into)
    {
        ItemReceiver receiver = (in ListedItem item) =>
        {
            var component = item.TryGetLabel("component"u8, out var value) ? Encoding.UTF8.GetString(value) : "-";
            var identity = $"{Encoding.UTF8.GetString(item.Uid)}/{Encoding.UTF8.GetString(item.ResourceVersion)}";
            into.Add($"{Encoding.UTF8.GetString(item.Namespace)}/{Encoding.UTF8.GetString(item.Name)}/{identity}/{component}");
            Assert.Equal(request.MetadataOnly, item.Json.IsEmpty);
        };
        var revision = "";
        await foreach (var page in new ResourceLister(connection).ListAsync(request, receiver, default))
            revision = page.Revision;
        return revision;
    }
}
