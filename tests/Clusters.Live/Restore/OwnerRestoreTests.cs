using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

[Collection(LiveRestoreCollection.Name)]
public sealed class OwnerRestoreTests(LiveRestoreFixture live)
{
    [SkippableFact]
    public async Task What_a_custom_resource_owns_comes_back_with_its_live_uid_and_survives_the_garbage_collector()
    {
        const string Ns = "owners";
        using var target = new RestoreTarget(live.ClusterWithControllers);
        var (widgets, definition) = RestoreTarget.Widget("owners.example.com");
        var sample = new SampleRestore()
            .Add(RestoreTarget.Definitions, definition)
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            // Secrets come before custom resources: this one is created without its owner.
            .Add(
                RestoreTarget.Secrets,
                $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"key","namespace":"{{Ns}}","ownerReferences":"""
                    + $$"""[{{RestoreTarget.Owner("owners.example.com/v1", "Widget", "a")}}]},"data":{"k":"aHVudGVyMg=="} }"""
            )
            .Add(
                widgets,
                $$"""{"apiVersion":"owners.example.com/v1","kind":"Widget","metadata":{"name":"a","namespace":"{{Ns}}"},"spec":{"n":1} }"""
            )
            .Add(
                widgets,
                """{"apiVersion":"owners.example.com/v1","kind":"Widget","metadata":"""
                    + $$"""{"name":"b","namespace":"{{Ns}}","ownerReferences":"""
                    + $$"""[{{RestoreTarget.Owner("owners.example.com/v1", "Widget", "a")}}]},"spec":{"n":2} }"""
            );

        var report = await target.ApplyAsync(sample);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(5, report.Counts["Created"]);
        Assert.Empty(report.Notes);
        var owner = (await target.GetAsync(widgets, Ns, "a")).Object("metadata").Text("uid");
        foreach (var owned in new[] { await target.GetAsync(RestoreTarget.Secrets, Ns, "key"), await target.GetAsync(widgets, Ns, "b") })
        {
            var reference = Assert.Single(owned.Object("metadata").Objects("ownerReferences"));
            Assert.Equal((owner, true, true), (reference.Text("uid"), reference.Flag("controller"), reference.Flag("blockOwnerDeletion")));
        }
        // The collector has looked at owners of this type once it has deleted what a dead one owns.
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"canary","ownerReferences":"""
                + $$"""[{{RestoreTarget.Owner("owners.example.com/v1", "Widget", "never-was")}}]} }"""
        );
        await target.UntilAsync(RestoreTarget.ConfigMaps, Ns, "canary", canary => canary is null);
        Assert.NotNull(await target.FindAsync(RestoreTarget.Secrets, Ns, "key"));
        Assert.NotNull(await target.FindAsync(widgets, Ns, "b"));
    }

    [SkippableFact]
    public async Task An_owner_of_the_same_stage_is_there_before_what_it_owns_is_created()
    {
        const string Ns = "same-stage";
        await using var proxy = await TestKit.Faults.FaultProxy.StartAsync(live.Cluster);
        using var target = new RestoreTarget(proxy, live.Cluster);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "a-owner"));
        for (var i = 0; i < 50; i++)
        {
            var owned = (JsonObject)JsonNode.Parse(RestoreTarget.ConfigMap(Ns, $"owned-{i:00}"))!;
            owned.Ensure("metadata")["ownerReferences"] = JsonNode.Parse($"[{RestoreTarget.Owner("v1", "ConfigMap", "a-owner")}]");
            sample.Add(RestoreTarget.ConfigMaps, owned);
        }

        var report = await target.ApplyAsync(sample);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.DoesNotContain(proxy.Requests, r => r.Method == "PATCH");
        var uid = (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "a-owner")).Object("metadata").Text("uid");
        Assert.Equal(
            uid,
            (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "owned-49"))
                .Object("metadata")
                .Objects("ownerReferences")
                .Single()
                .Text("uid")
        );
    }

    [SkippableFact]
    public async Task An_owner_that_is_there_already_is_referred_to_by_its_live_uid()
    {
        const string Ns = "live-owner";
        using var target = new RestoreTarget(live.Cluster);
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            RestoreTarget.Namespace(Ns).Replace(",\"uid\":\"" + RestoreTarget.DeadUid + "\"", "", StringComparison.Ordinal)
        );
        var owner = await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"owner"} }"""
        );
        var owned = (JsonObject)JsonNode.Parse(RestoreTarget.ConfigMap(Ns, "owned"))!;
        owned.Ensure("metadata")["ownerReferences"] = JsonNode.Parse($"[{RestoreTarget.Owner("v1", "ConfigMap", "owner")}]");

        var report = await target.ApplyAsync(new SampleRestore().Add(RestoreTarget.ConfigMaps, owned));

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(
            owner.Object("metadata").Text("uid"),
            (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "owned"))
                .Object("metadata")
                .Objects("ownerReferences")
                .Single()
                .Text("uid")
        );
    }

    [SkippableFact]
    public async Task An_owner_that_is_nowhere_is_left_out_and_said()
    {
        const string Ns = "no-owner";
        using var target = new RestoreTarget(live.Cluster);
        var owned = (JsonObject)JsonNode.Parse(RestoreTarget.ConfigMap(Ns, "owned"))!;
        owned.Ensure("metadata")["ownerReferences"] = JsonNode.Parse($"[{RestoreTarget.Owner("v1", "ConfigMap", "gone")}]");

        var report = await target.ApplyAsync(
            new SampleRestore().Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns)).Add(RestoreTarget.ConfigMaps, owned)
        );

        Assert.True(report.Complete);
        Assert.Contains("ConfigMap/gone", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Empty((await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "owned")).Object("metadata").Objects("ownerReferences"));
    }

    [SkippableFact]
    public async Task An_owner_referred_to_at_a_version_that_is_gone_is_referred_to_at_the_one_that_is_served()
    {
        const string Ns = "old-owner";
        using var target = new RestoreTarget(live.Cluster);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                RestoreTarget.Deployments,
                $$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"{{Ns}}"},"spec":"""
                    + """{"replicas":0,"selector":{"matchLabels":{"app":"o"} },"template":{"metadata":{"labels":{"app":"o"} },"spec":"""
                    + """{"containers":[{"name":"c","image":"i"}]} } } }"""
            )
            .Add(
                RestoreTarget.ConfigMaps,
                $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"owned","namespace":"{{Ns}}","ownerReferences":"""
                    + $$"""[{{RestoreTarget.Owner("extensions/v1beta1", "Deployment", "web")}}]} }"""
            );

        var report = await target.ApplyAsync(sample);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        var reference = Assert.Single(
            (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "owned")).Object("metadata").Objects("ownerReferences")
        );
        Assert.Equal("apps/v1", reference.Text("apiVersion"));
        Assert.Equal((await target.GetAsync(RestoreTarget.Deployments, Ns, "web")).Object("metadata").Text("uid"), reference.Text("uid"));
    }
}
