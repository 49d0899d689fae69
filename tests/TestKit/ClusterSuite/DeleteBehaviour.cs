using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

public abstract class DeleteBehaviour(ITestCluster cluster) : ClusterBehaviour(cluster)
{
    [SkippableFact]
    public async Task A_deleted_object_is_gone()
    {
        var ns = await NewNamespaceAsync();
        var created = await NewConfigMapAsync(ns, "a");

        var deleted = await Api.DeleteAsync(ConfigMaps(ns) + "/a");

        Assert.Equal((200, "Success"), (deleted.Code, Text(deleted["status"])));
        Assert.Equal(Text(created.Metadata["uid"]), Text(deleted["details"]!["uid"]));
        Assert.Equal(404, (await Api.GetAsync(ConfigMaps(ns) + "/a")).Code);
        Assert.Equal((404, "NotFound"), (await Api.DeleteAsync(ConfigMaps(ns) + "/a")) is var again ? (again.Code, again.Reason) : default);
    }

    [SkippableTheory]
    [InlineData("""{"preconditions":{"uid":"another"}}""")]
    [InlineData("""{"preconditions":{"resourceVersion":"1"}}""")]
    public async Task A_precondition_that_does_not_hold_conflicts(string options)
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");

        var refused = await Api.DeleteAsync(ConfigMaps(ns) + "/a", options);

        Assert.Equal((409, "Conflict"), (refused.Code, refused.Reason));
        Assert.Equal(200, (await Api.GetAsync(ConfigMaps(ns) + "/a")).Code);
    }

    [SkippableFact]
    public async Task Preconditions_that_hold_delete()
    {
        var ns = await NewNamespaceAsync();
        var created = await NewConfigMapAsync(ns, "a");

        var options =
            """{"preconditions":"""
            + $$$"""{"uid":"{{{Text(created.Metadata["uid"])}}}","resourceVersion":"{{{Text(created.Metadata["resourceVersion"])}}}"}}""";

        Assert.Equal(200, (await Api.DeleteAsync(ConfigMaps(ns) + "/a", options)).Code);
    }

    [SkippableFact]
    public async Task Finalizers_hold_a_deleted_object_until_the_last_is_removed()
    {
        var ns = await NewNamespaceAsync();
        var path = ConfigMaps(ns) + "/a";
        await NewConfigMapAsync(ns, "a", metadata: ""","finalizers":["example.com/one","example.com/two"]""");

        var deleted = await Api.DeleteAsync(path);
        var one = await Api.PatchAsync(path, """{"metadata":{"finalizers":["example.com/two"]}}""");
        var added = await Api.PatchAsync(path, """{"metadata":{"finalizers":["example.com/two","example.com/three"]}}""");

        Assert.Equal(("ConfigMap", false), (Text(deleted["kind"]), deleted.Metadata["deletionTimestamp"] is null));
        Assert.Equal(200, one.Code);
        Assert.Equal((422, "Invalid"), (added.Code, added.Reason));
        Assert.Equal(200, (await Api.GetAsync(path)).Code);
        await Api.PatchAsync(path, """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await Api.GetAsync(path)).Code);
    }

    [SkippableFact]
    public async Task No_update_sets_a_deletionTimestamp()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");

        Assert.Equal(
            422,
            (await Api.PatchAsync(ConfigMaps(ns) + "/a", """{"metadata":{"deletionTimestamp":"2001-01-01T00:00:00Z"}}""")).Code
        );
    }

    [SkippableFact]
    public async Task An_object_owned_by_a_dead_uid_is_collected()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();

        await NewConfigMapAsync(ns, "orphan", metadata: OwnedBy("gone", Guid.NewGuid().ToString()));

        await GoneAsync(ConfigMaps(ns) + "/orphan");
    }

    [SkippableFact]
    public async Task Owned_objects_are_deleted_with_their_owner()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        var owner = await NewConfigMapAsync(ns, "owner");
        await NewConfigMapAsync(ns, "owned", metadata: OwnedBy("owner", Text(owner.Metadata["uid"])!));

        await Api.DeleteAsync(ConfigMaps(ns) + "/owner?propagationPolicy=Background");

        Assert.Equal(404, (await Api.GetAsync(ConfigMaps(ns) + "/owner")).Code);
        await GoneAsync(ConfigMaps(ns) + "/owned");
    }

    [SkippableFact]
    public async Task Custom_resources_own_too()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        var owner = await Api.PostAsync(Widgets(group, ns), Widget(group, "w"));
        await NewConfigMapAsync(
            ns,
            "owned",
            metadata: ""","ownerReferences":"""
                + $$$"""[{"apiVersion":"{{{group}}}/v1","kind":"Widget","name":"w","uid":"{{{Text(owner.Metadata["uid"])}}}"}]"""
        );

        await Api.DeleteAsync(Widgets(group, ns) + "/w");

        await GoneAsync(ConfigMaps(ns) + "/owned");
    }

    [SkippableFact]
    public async Task What_has_another_living_owner_stays_without_the_dead_reference()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        var dead = await NewConfigMapAsync(ns, "dead");
        var living = await NewConfigMapAsync(ns, "living");
        await NewConfigMapAsync(
            ns,
            "owned",
            metadata: OwnedBy("dead", Text(dead.Metadata["uid"])!, "living", Text(living.Metadata["uid"])!)
        );

        await Api.DeleteAsync(ConfigMaps(ns) + "/dead?propagationPolicy=Background");

        await EventuallyAsync(async () =>
            (await Api.GetAsync(ConfigMaps(ns) + "/owned")).Metadata["ownerReferences"] is { } references && references.AsArray().Count == 1
        );
    }

    [SkippableFact]
    public async Task An_orphaning_delete_leaves_what_was_owned()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        var owner = await NewConfigMapAsync(ns, "owner");
        await NewConfigMapAsync(ns, "owned", metadata: OwnedBy("owner", Text(owner.Metadata["uid"])!));

        await Api.DeleteAsync(ConfigMaps(ns) + "/owner", """{"propagationPolicy":"Orphan"}""");

        await GoneAsync(ConfigMaps(ns) + "/owner");
        Assert.Null((await Api.GetAsync(ConfigMaps(ns) + "/owned")).Metadata["ownerReferences"]);
    }

    [SkippableFact]
    public async Task A_foreground_delete_ends_after_what_it_owns()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        var owner = await NewConfigMapAsync(ns, "owner");
        var references = OwnedBy("owner", Text(owner.Metadata["uid"])!)
            .Replace("\"uid\"", "\"blockOwnerDeletion\":true,\"uid\"", StringComparison.Ordinal);
        await NewConfigMapAsync(ns, "owned", metadata: references + ""","finalizers":["example.com/hold"]""");

        var deleted = await Api.DeleteAsync(ConfigMaps(ns) + "/owner", """{"propagationPolicy":"Foreground"}""");

        Assert.Equal(["foregroundDeletion"], deleted.Metadata["finalizers"]!.AsArray().Select(Text));
        await EventuallyAsync(async () => (await Api.GetAsync(ConfigMaps(ns) + "/owned")).Metadata["deletionTimestamp"] is not null);
        Assert.Equal(200, (await Api.GetAsync(ConfigMaps(ns) + "/owner")).Code);
        await Api.PatchAsync(ConfigMaps(ns) + "/owned", """{"metadata":{"finalizers":null}}""");
        await GoneAsync(ConfigMaps(ns) + "/owner");
    }

    [SkippableFact]
    public async Task A_deleted_namespace_takes_its_content_and_refuses_more_meanwhile()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "held", metadata: ""","finalizers":["example.com/hold"]""");
        await NewConfigMapAsync(ns, "free");

        var deleted = await Api.DeleteAsync("/api/v1/namespaces/" + ns);
        var late = await Api.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"late"}}""");

        Assert.Equal("Terminating", Text(deleted["status"]!["phase"]));
        Assert.Equal((403, "Forbidden"), (late.Code, late.Reason));
        Assert.Equal("NamespaceTerminating", Text(late["details"]!["causes"]![0]!["reason"]));
        await GoneAsync(ConfigMaps(ns) + "/free");
        await EventuallyAsync(async () =>
            (await Api.GetAsync("/api/v1/namespaces/" + ns))["status"]!["conditions"] is { } conditions
            && conditions.AsArray().Any(c => Text(c!["type"]) == "NamespaceContentRemaining" && Text(c["status"]) == "True")
        );
        await Api.PatchAsync(ConfigMaps(ns) + "/held", """{"metadata":{"finalizers":null}}""");
        await GoneAsync("/api/v1/namespaces/" + ns);
    }

    [SkippableTheory]
    [InlineData("default")]
    [InlineData("kube-system")]
    public async Task The_system_s_namespaces_are_not_deleted(string ns) =>
        Assert.Equal(403, (await Api.DeleteAsync("/api/v1/namespaces/" + ns)).Code);

    [SkippableFact]
    public async Task A_collection_is_deleted_by_selector()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a", metadata: ""","labels":{"x":"y"}""");
        await NewConfigMapAsync(ns, "b");

        Assert.Equal(200, (await Api.DeleteAsync(ConfigMaps(ns) + "?labelSelector=x=y")).Code);

        Assert.Equal(["b"], (await Api.GetAsync(ConfigMaps(ns))).Names);
    }

    [SkippableFact]
    public async Task A_deleted_definition_takes_its_objects_and_is_served_no_longer()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        await Api.PostAsync(Widgets(group, ns), Widget(group, "w"));

        await Api.DeleteAsync($"{Definitions}/widgets.{group}");

        await GoneAsync($"{Definitions}/widgets.{group}");
        await GoneAsync(Widgets(group, ns));
    }

    [SkippableFact]
    public async Task An_unused_claim_is_deleted_in_spite_of_its_protection()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();
        var claims = $"/api/v1/namespaces/{ns}/persistentvolumeclaims";
        var created = await Api.PostAsync(
            claims,
            """{"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","resources":"""
                + """{"requests":{"storage":"1Gi"}}}}"""
        );

        Assert.Equal(["kubernetes.io/pvc-protection"], created.Metadata["finalizers"]!.AsArray().Select(Text));
        Assert.Equal("Pending", Text(created["status"]!["phase"]));
        await Api.DeleteAsync(claims + "/c");
        await GoneAsync(claims + "/c");
    }

    private static string OwnedBy(params string[] namesAndUids)
    {
        var references = namesAndUids
            .Chunk(2)
            .Select(o => $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{o[0]}}","uid":"{{o[1]}}"}""");
        return $",\"ownerReferences\":[{string.Join(',', references)}]";
    }
}
