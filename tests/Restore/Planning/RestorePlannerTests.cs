using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Selection;
using Holdfast.Restore.Targets;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

public sealed class RestorePlannerTests
{
    private const string Shop = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: n, resourceVersion: \"1\" } }";
    private const string Owned = """
        apiVersion: v1
        kind: Pod
        metadata: { name: web-1, namespace: shop, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: dead,
          controller: true }] }
        spec: { containers: [] }
        """;

    [Fact]
    public async Task An_empty_target_costs_one_request_a_type()
    {
        var manifests = Enumerable.Range(0, 40).SelectMany(n => Many($"ns-{n}", 25)).ToList();
        var target = new ManifestTarget([]);

        var plan = await Plans.PlanAsync(ManifestPoint.Of(manifests), target);

        Assert.Equal(1000, plan.Steps.Count(s => s.Resource == "configmaps"));
        Assert.Equal(["namespaces", "namespaces", "configmaps"], target.Requests.Select(r => r.Resource.GroupResource));
        Assert.Equal(0, target.ItemsSent);
    }

    [Fact]
    public async Task Looking_whether_a_type_has_objects_asks_for_one_and_for_no_page_behind_it()
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        await using var proxy = await FaultProxy.StartAsync(cluster);
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        var target = await RestoreTarget.ReadAsync(connection, default);
        var namespaces = target.Surface.Find("", "namespaces")!;

        var live = await target.ProbeAsync([namespaces], default);

        Assert.True(live[namespaces].HasObjects);
        Assert.Equal("?limit=1", Assert.Single(proxy.Requests, r => r.IsListOf("namespaces")).Query);
    }

    [Fact]
    public async Task Live_objects_are_paired_page_by_page_in_the_servers_order_of_namespaces()
    {
        // "a-b/" sorts before "a/": the order of keys is not that of namespaces.
        var manifests = new[] { "a", "a-b", "a0" }.SelectMany(n => Many(n, 150)).ToList();
        var target = new ManifestTarget(Touched(manifests));

        var plan = await Plans.PlanAsync(ManifestPoint.Of(manifests), target);

        Assert.All(plan.Steps, s => Assert.Equal(StepAction.Unchanged, s.Action));
        Assert.Equal(2, target.Requests.Count(r => r.Resource.Resource == "configmaps"));
    }

    [Fact]
    public async Task A_server_that_lists_in_another_order_gives_the_same_plan()
    {
        var manifests = Many("shop", 250).ToList();

        var plan = await Plans.PlanAsync(ManifestPoint.Of(manifests), new ManifestTarget(Touched(manifests)) { Backwards = true });

        Assert.All(plan.Steps, s => Assert.Equal(StepAction.Unchanged, s.Action));
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_started_again()
    {
        var manifests = Many("shop", 250).ToList();

        var plan = await Plans.PlanAsync(ManifestPoint.Of(manifests), new ManifestTarget(Touched(manifests)) { BreaksOnce = "configmaps" });

        Assert.All(plan.Steps, s => Assert.Equal(StepAction.Unchanged, s.Action));
    }

    [Fact]
    public async Task Only_what_is_selected_is_read_and_listed()
    {
        var read = new List<string>();
        var whole = ManifestPoint.Of([
            .. Many("shop", 3),
            .. Many("other", 3),
            .. YamlManifests.Parse("{ apiVersion: v1, kind: Secret, metadata: { name: s, namespace: shop } }"),
        ]);
        var point = new PointManifests(
            whole.Inventory,
            async (segment, part, cancellation) =>
            {
                read.Add($"{segment.Resource} {segment.Namespace}");
                await foreach (var found in whole.ReadPartsAsync([(whole.Inventory.Segments.IndexOf(segment), part)], cancellation))
                    return found.Manifests;
                return [];
            }
        );
        var target = new ManifestTarget(Many("shop", 3));

        await Plans.PlanAsync(
            point,
            target,
            RuleCase.Plain with
            {
                Selection = new() { Namespaces = ["shop"], Kinds = ["configmap"] },
            }
        );

        Assert.Equal(["configmaps shop"], read);
        Assert.DoesNotContain(target.Requests, r => r.Resource.Resource == "secrets");
        Assert.All(target.Requests.Where(r => r.Resource.Resource == "configmaps" && r.Limit > 1), r => Assert.Equal("shop", r.Namespace));
    }

    [Fact]
    public async Task A_pod_alone_is_left_to_its_live_replicaset_and_restored_when_there_is_none()
    {
        const string replicaSet = "{ apiVersion: apps/v1, kind: ReplicaSet, metadata: { name: web, namespace: shop } }";

        Assert.Equal(["Skip pods shop/web-1"], await LinesAsync(Owned, Shop + "\n---\n" + replicaSet));
        Assert.Equal(["Create pods shop/web-1"], await LinesAsync(Owned, Shop));
    }

    [Fact]
    public async Task An_owner_that_stays_away_is_reported()
    {
        var plan = await Plans.PlanAsync(Owned, Shop);

        Assert.Contains(
            "its owner ReplicaSet web is neither in the target nor in this restore",
            Assert.Single(plan.Warnings),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Owners_come_before_what_they_own_in_a_stage_even_in_a_circle()
    {
        static string Widget(string name, string owner) =>
            $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: {name}, namespace: shop, ownerReferences: [{{ apiVersion: v1, "
            + $"kind: ConfigMap, name: {owner}, uid: dead }}] }} }}";

        Assert.Equal(
            ["Create configmaps shop/c", "Create configmaps shop/b", "Create configmaps shop/a"],
            await LinesAsync(
                string.Join(
                    "\n---\n",
                    Widget("a", "b"),
                    Widget("b", "c"),
                    "{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop } }"
                ),
                Shop
            )
        );
        Assert.Equal(2, (await LinesAsync(string.Join("\n---\n", Widget("a", "b"), Widget("b", "a")), Shop)).Count);
    }

    [Fact]
    public async Task The_default_account_gets_what_it_is_missing_whatever_the_policy()
    {
        const string account =
            "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: default, namespace: shop, uid: u }, imagePullSecrets: [{ name: "
            + "pull }] }";
        const string live =
            Shop
            + "\n---\n{ apiVersion: v1, kind: ServiceAccount, metadata: { name: default, namespace: shop, uid: v, resourceVersion: "
            + "\"1\" }, secrets: [{ name: default-token-abcde }] }";

        var step = Assert.Single((await Plans.PlanAsync(account, live)).Steps);

        Assert.Equal(StepAction.Update, step.Action);
        Assert.Equal("/imagePullSecrets", Assert.Single(step.Diff).Path);
        Assert.Single((await Plans.PlanAsync(account, live, RuleCase.Plain with { Existing = ExistingPolicy.Fail })).Steps);
    }

    [Fact]
    public async Task A_status_that_is_asked_for_is_part_of_the_difference()
    {
        const string crd =
            "{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: widgets.example.com, uid: c, "
            + "resourceVersion: \"1\" }, spec: { group: example.com, scope: Namespaced, names: { plural: widgets, kind: Widget }, "
            + "versions: [{ name: v1, served: true, subresources: { status: {} } }] } }";
        const string widget =
            "{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: shop, uid: u, resourceVersion: \"REV\" }, "
            + "status: { handle: VALUE, observedGeneration: REV } }";
        var point = crd + "\n---\n" + widget.Replace("REV", "1", StringComparison.Ordinal).Replace("VALUE", "a", StringComparison.Ordinal);
        var live =
            Shop
            + "\n---\n"
            + crd
            + "\n---\n"
            + widget.Replace("REV", "2", StringComparison.Ordinal).Replace("VALUE", "b", StringComparison.Ordinal);

        var without = await Plans.PlanAsync(point, live, RuleCase.Plain with { Existing = ExistingPolicy.Replace });
        var with = await Plans.PlanAsync(point, live, RuleCase.Plain with { Existing = ExistingPolicy.Replace, Status = true });

        Assert.Equal(StepAction.Unchanged, without.Steps.Single(s => s.Kind == "Widget").Action);
        Assert.Equal(new FieldDiff("/status/handle", "\"b\"", "\"a\""), Assert.Single(with.Steps.Single(s => s.Kind == "Widget").Diff));
    }

    [Fact]
    public async Task A_plan_holds_no_secret()
    {
        const string secret =
            "{ apiVersion: v1, kind: Secret, metadata: { name: s, namespace: shop, uid: u, annotations: { "
            + "kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"p\":\"aHVudGVyMg==\"}}' } }, data: { p: "
            + "aHVudGVyMg== } }";
        var live =
            Shop
            + "\n---\n"
            + secret
                .Replace("aHVudGVyMg==", "bGl2ZQ==", StringComparison.Ordinal)
                .Replace("uid: u", "uid: v, resourceVersion: \"2\"", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(secret, live, RuleCase.Plain with { Existing = ExistingPolicy.Replace });

        var document = Encoding.UTF8.GetString(PlanDocument.Write(plan));
        Assert.Equal(2, plan.Steps.Single().Diff.Length);
        Assert.DoesNotContain("aHVudGVyMg", document, StringComparison.Ordinal);
        Assert.DoesNotContain("bGl2ZQ", document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gaps_of_the_point_are_reported_where_they_concern_the_selection()
    {
        var point = ManifestPoint.Of(
            YamlManifests.Parse(Owned),
            change: i =>
                i with
                {
                    Gaps =
                    [
                        new("pods", "shop", "listing failed"),
                        new("pods", "other", "listing failed"),
                        new("widgets.example.com", null, "conversion failed"),
                    ],
                }
        );

        var plan = await Plans.PlanAsync(
            point,
            new ManifestTarget(YamlManifests.Parse(Shop)),
            RuleCase.Plain with
            {
                Selection = new() { Namespaces = ["shop"] },
            }
        );

        Assert.Equal(
            "the point has a gap: pods in shop: listing failed",
            Assert.Single(plan.Warnings, w => w.Contains("gap", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Volumes_that_may_not_be_listed_are_not_attached()
    {
        const string claim =
            "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: c, namespace: shop }, spec: { volumeName: pv } }";
        const string volume =
            "{ apiVersion: v1, kind: PersistentVolume, metadata: { name: pv }, spec: { persistentVolumeReclaimPolicy: Retain, "
            + "claimRef: { namespace: shop, name: c } } }";
        var target = new ManifestTarget(YamlManifests.Parse(Shop)) { Forbidden = ["persistentvolumes"] };

        var plan = await Plans.PlanAsync(ManifestPoint.Of(YamlManifests.Parse(claim + "\n---\n" + volume)), target);

        Assert.Empty(plan.Volumes);
        Assert.All(plan.Steps, s => Assert.True(s.Incomplete));
        Assert.Contains(plan.Warnings, w => w.StartsWith("the target's volumes can't be listed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_object_that_is_being_deleted_is_made_again_once_it_is_gone()
    {
        const string doomed =
            "{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop, uid: u, resourceVersion: \"5\", "
            + "deletionTimestamp: \"2026-01-01T00:00:00Z\", finalizers: [example.com/hold] } }";

        var step = Assert.Single(
            (await Plans.PlanAsync(doomed, Shop + "\n---\n" + doomed, RuleCase.Plain with { Terminating = true })).Steps
        );

        Assert.Equal((StepAction.Create, "u", "5"), (step.Action, step.LiveUid, step.LiveRevision));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0A1B2C3D4E5F")]
    [InlineData("0a1b2c3d4e5")]
    public Task A_run_must_be_named_as_plans_name_it(string run) =>
        Assert.ThrowsAsync<ArgumentException>(() =>
            new RestorePlanner(
                ManifestPoint.Of([]),
                _ => Task.FromResult(new ManifestTarget([]).Read()),
                TimeProvider.System,
                () => new SecretDigests()
            ).PlanAsync(RuleCase.Plain, run, null, CancellationToken.None)
        );

    private static async Task<List<string>> LinesAsync(string point, string live) =>
        [.. (await Plans.PlanAsync(point, live)).Steps.Select(Plans.Line)];

    private static IEnumerable<JsonObject> Many(string ns, int count) =>
        YamlManifests.Parse(
            $"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {ns}, uid: {ns}, resourceVersion: \"1\" }} }}\n---\n"
                + string.Join(
                    "\n---\n",
                    Enumerable
                        .Range(1000, count)
                        .Select(i =>
                            $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: c{i}, namespace: {ns}, uid: u{i}, "
                            + $"resourceVersion: \"1\" }}, data: {{ k: v }} }}"
                        )
                )
        );

    /// <summary>As after a write that changed nothing: other revisions, so that bytes differ and contents don't.</summary>
    private static IEnumerable<JsonObject> Touched(IEnumerable<JsonObject> manifests) =>
        manifests.Select(m =>
        {
            var copy = (JsonObject)m.DeepClone();
            copy["metadata"]!["resourceVersion"] = "2";
            return copy;
        });
}
