using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

public abstract class ListBehaviour(ITestCluster cluster) : ClusterBehaviour(cluster)
{
    [SkippableFact]
    public async Task Items_of_built_in_types_come_without_apiVersion_and_kind()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");

        var list = await Api.GetAsync(ConfigMaps(ns));

        var item = Assert.Single(list.Items, i => Text(i["metadata"]!["name"]) == "a");
        Assert.Null(item["apiVersion"]);
        Assert.Null(item["kind"]);
        Assert.Equal(("ConfigMapList", "v1"), (Text(list["kind"]), Text(list["apiVersion"])));
    }

    [SkippableFact]
    public async Task Items_of_custom_types_come_with_apiVersion_and_kind()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        await Api.PostAsync(Widgets(group, ns), Widget(group, "w"));

        var list = await Api.GetAsync(Widgets(group, ns));

        var item = Assert.Single(list.Items);
        Assert.Equal(($"{group}/v1", "Widget"), (Text(item["apiVersion"]), Text(item["kind"])));
        Assert.Equal("WidgetList", Text(list["kind"]));
    }

    [SkippableFact]
    public async Task Items_are_sorted_by_the_store_s_keys()
    {
        var ns = await NewNamespaceAsync();
        var longer = await NewNamespaceAsync(ns + "-x");
        foreach (var (where, name) in new[] { (longer, "b"), (ns, "a.b"), (ns, "a"), (ns, "a-b"), (longer, "a") })
            await NewConfigMapAsync(where, name, metadata: $$""","labels":{"of":"{{ns}}"}""");

        var list = await Api.GetAsync($"/api/v1/configmaps?labelSelector=of={ns}");

        var keys = list.Items.Select(i => $"{Text(i["metadata"]!["namespace"])}/{Text(i["metadata"]!["name"])}").ToArray();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal([$"{longer}/a", $"{longer}/b", $"{ns}/a", $"{ns}/a-b", $"{ns}/a.b"], keys);
    }

    [SkippableFact]
    public async Task All_pages_of_a_list_are_at_one_revision()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
            await Api.PostAsync(Widgets(group, ns), Widget(group, name));

        var first = await Api.GetAsync(Widgets(group, ns) + "?limit=2");
        await Api.DeleteAsync(Widgets(group, ns) + "/c");
        await Api.PostAsync(Widgets(group, ns), Widget(group, "aa"));
        var second = await Api.GetAsync($"{Widgets(group, ns)}?limit=2&continue={Text(first.Metadata["continue"])}");
        var third = await Api.GetAsync($"{Widgets(group, ns)}?limit=2&continue={Text(second.Metadata["continue"])}");

        Assert.Equal(["a", "b", "c", "d", "e"], [.. first.Names, .. second.Names, .. third.Names]);
        Assert.Equal((3, 1), ((int)first.Metadata["remainingItemCount"]!, (int)second.Metadata["remainingItemCount"]!));
        Assert.Equal(Text(first.Metadata["resourceVersion"]), Text(third.Metadata["resourceVersion"]));
        Assert.Contains(Text(third.Metadata["continue"]), (string?[])[null, ""]);
    }

    [SkippableTheory]
    [InlineData("", ClusterRequests.Json)]
    [InlineData("", ClusterRequests.Metadata)]
    [InlineData("&limit=1", ClusterRequests.Json)]
    public async Task An_exact_list_shows_the_state_at_its_revision(string paging, string accept)
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "deleted-later");
        await NewConfigMapAsync(ns, "changed-later");
        var revision = Text((await NewConfigMapAsync(ns, "last")).Metadata["resourceVersion"]);
        await NewConfigMapAsync(ns, "created-later");
        await Api.DeleteAsync(ConfigMaps(ns) + "/deleted-later");
        var changed = await Api.PatchAsync(ConfigMaps(ns) + "/changed-later", """{"data":{"k":"new"}}""");

        List<JsonObject> items = [];
        var list = await Api.GetAsync($"{ConfigMaps(ns)}?resourceVersion={revision}&resourceVersionMatch=Exact{paging}", accept);
        items.AddRange(list.Items);
        while (Text(list.Metadata["continue"]) is { Length: > 0 } token)
        {
            list = await Api.GetAsync($"{ConfigMaps(ns)}?continue={token}{paging}", accept);
            items.AddRange(list.Items);
        }

        var names = items.Select(i => Text(i["metadata"]!["name"])).Where(n => n != "kube-root-ca.crt");
        Assert.Equal(["changed-later", "deleted-later", "last"], names);
        Assert.DoesNotContain(items, i => Text(i["metadata"]!["resourceVersion"]) == Text(changed.Metadata["resourceVersion"]));
        Assert.Equal(revision, Text(list.Metadata["resourceVersion"]));
    }

    [SkippableFact]
    public async Task Types_share_one_revision_counter()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        var revision = Text((await NewConfigMapAsync(ns, "a")).Metadata["resourceVersion"]);
        await Api.PostAsync(Widgets(group, ns), Widget(group, "later"));

        var list = await Api.GetAsync($"{Widgets(group, ns)}?resourceVersion={revision}&resourceVersionMatch=Exact");

        Assert.Empty(list.Items);
    }

    [SkippableFact]
    public async Task A_compacted_revision_and_its_continue_tokens_answer_410()
    {
        var ns = await NewNamespaceAsync();
        foreach (var name in (string[])["a", "b", "c"])
            await NewConfigMapAsync(ns, name);
        var first = await Api.GetAsync(ConfigMaps(ns) + "?limit=1");
        await NewConfigMapAsync(ns, "d");
        await Cluster.CompactAsync();
        await NewConfigMapAsync(ns, "e");

        var exact = await Api.GetAsync(
            $"{ConfigMaps(ns)}?resourceVersion={Text(first.Metadata["resourceVersion"])}&resourceVersionMatch=Exact"
        );
        var rest = await Api.GetAsync($"{ConfigMaps(ns)}?limit=1&continue={Text(first.Metadata["continue"])}");

        Skip.If(Cluster.IsReal && exact.Code == 200, "answered from the server's cache, which a compaction of etcd does not reach");
        Assert.Equal((410, "Expired"), (exact.Code, exact.Reason));
        Assert.Equal((410, "Expired"), (rest.Code, rest.Reason));
        var inconsistent = await Api.GetAsync($"{ConfigMaps(ns)}?continue={Text(rest.Metadata["continue"])}");
        Assert.Equal(["b", "c", "d", "e"], inconsistent.Names);
    }

    [SkippableFact]
    public async Task A_revision_of_the_future_is_refused()
    {
        var list = await Api.GetAsync($"{ConfigMaps("default")}?resourceVersion=999999999&resourceVersionMatch=Exact");

        // 500 "required revision is a future revision" up to 1.2x, 504 "Too large resource version" since.
        Assert.Contains(list.Code, (int[])[500, 504]);
    }

    [SkippableFact]
    public async Task Metadata_only_lists_have_nothing_but_metadata()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a", metadata: ""","labels":{"x":"y"}""");

        var list = await Api.GetAsync(
            ConfigMaps(ns),
            $"application/vnd.kubernetes.protobuf;as=Unheard;g=meta.k8s.io;v=v1,{ClusterRequests.Metadata},application/json"
        );

        Assert.Equal(("PartialObjectMetadataList", "meta.k8s.io/v1"), (Text(list["kind"]), Text(list["apiVersion"])));
        var item = Assert.Single(list.Items, i => Text(i["metadata"]!["name"]) == "a");
        Assert.Equal(["apiVersion", "kind", "metadata"], item.Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("PartialObjectMetadata", "y"), (Text(item["kind"]), Text(item["metadata"]!["labels"]!["x"])));
    }

    [SkippableTheory]
    [InlineData("app=web", "a,b")]
    [InlineData("app==web,tier!=back", "a")]
    [InlineData("app in (web, db)", "a,b,c")]
    [InlineData("app notin (web),app", "c")]
    [InlineData("tier", "b")]
    [InlineData("!app", "d")]
    public async Task Label_selectors_choose(string selector, string expected)
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a", metadata: ""","labels":{"app":"web"}""");
        await NewConfigMapAsync(ns, "b", metadata: ""","labels":{"app":"web","tier":"back"}""");
        await NewConfigMapAsync(ns, "c", metadata: ""","labels":{"app":"db"}""");
        await NewConfigMapAsync(ns, "d");

        var list = await Api.GetAsync($"{ConfigMaps(ns)}?labelSelector={Uri.EscapeDataString(selector)}");

        Assert.Equal(expected.Split(','), list.Names);
        Assert.Null(list.Metadata["remainingItemCount"]);
    }

    [SkippableFact]
    public async Task Field_selectors_choose_by_name()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");
        await NewConfigMapAsync(ns, "b");

        Assert.Equal(["b"], (await Api.GetAsync($"{ConfigMaps(ns)}?fieldSelector=metadata.name=b")).Names);
        Assert.DoesNotContain("b", (await Api.GetAsync($"{ConfigMaps(ns)}?fieldSelector=metadata.name!=b")).Names);
        Assert.Equal(400, (await Api.GetAsync($"{ConfigMaps(ns)}?fieldSelector=data.k=v")).Code);
    }

    [SkippableTheory]
    [InlineData("resourceVersionMatch=Exact", 422)]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0", 422)]
    [InlineData("continue=abc", 400)]
    [InlineData("labelSelector=a%3D%28", 400)]
    public async Task Impossible_lists_are_refused(string query, int code)
    {
        Assert.Equal(code, (await Api.GetAsync($"{ConfigMaps("default")}?{query}")).Code);
    }

    [SkippableFact]
    public async Task A_list_in_a_namespace_that_is_not_there_is_empty()
    {
        var list = await Api.GetAsync(ConfigMaps("not-there"));

        Assert.Equal(200, list.Code);
        Assert.Empty(list.Items);
    }

    [SkippableFact]
    public async Task An_unsupported_form_is_refused() => Assert.Equal(406, (await Api.GetAsync(ConfigMaps("default"), "text/plain")).Code);
}
