using Holdfast.Restore.Tests.Rules;

namespace Holdfast.Restore.Tests.Planning;

public sealed class RollbackTests
{
    private const string Point = """
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings, namespace: shop, labels: { app: web } }
        data: { a: "1" }
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: data, namespace: shop }
        spec: { storageClassName: fast }
        ---
        apiVersion: v1
        kind: Secret
        metadata: { name: key, namespace: shop }
        type: Opaque
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: web, namespace: shop }
        """;

    private static readonly RestoreRequest Rollback = RuleCase.Plain with { Existing = ExistingPolicy.Rollback };

    [Fact]
    public async Task What_was_created_since_is_deleted_at_the_revision_that_the_plan_saw()
    {
        var plan = await PlanAsync(Added("ConfigMap", "extra"));

        var step = Assert.Single(plan.Steps, s => s.Action == StepAction.Delete);
        Assert.Equal(("Delete configmaps shop/extra", RestoreStage.Deletions), (Plans.Line(step), step.Stage));
        Assert.Equal(("u-extra", "901"), (step.LiveUid, step.LiveRevision));
        Assert.Equal(2, plan.Version);
    }

    [Theory]
    [InlineData("labels: { holdfast.dev/exclude: \"true\" }")]
    [InlineData("annotations: { holdfast.dev/exclude: \"true\" }")]
    [InlineData("ownerReferences: [{ apiVersion: example.com/v1, kind: Widget, name: w, uid: w1, controller: true }]")]
    [InlineData("deletionTimestamp: \"2026-11-22T05:31:00Z\"")]
    [InlineData("labels: { holdfast.dev/mover-of: run }")]
    public async Task What_is_excluded_or_controlled_or_goes_already_or_is_Holdfasts_is_left_alone(string metadata)
    {
        var plan = await PlanAsync(Added("ConfigMap", "extra", metadata));

        Assert.DoesNotContain(plan.Steps, s => s.Name == "extra");
    }

    [Theory]
    [InlineData("ServiceAccount", "default")]
    [InlineData("ConfigMap", "kube-root-ca.crt")]
    public async Task What_the_server_makes_is_left_alone(string kind, string name)
    {
        var plan = await PlanAsync(Added(kind, name));

        Assert.DoesNotContain(plan.Steps, s => s.Name == name);
    }

    [Fact]
    public async Task A_claim_and_what_has_a_finalizer_stay_unless_they_are_named()
    {
        var live = Added("PersistentVolumeClaim", "more") + Added("ConfigMap", "held", "finalizers: [example.com/hold]");

        var unnamed = await PlanAsync(live);
        var named = await PlanAsync(live, Rollback with { Delete = ["pvc/shop/more", "configmap/shop/held"] });

        Assert.DoesNotContain(unnamed.Steps, s => s.Action == StepAction.Delete);
        Assert.All(
            unnamed.Steps.Where(s => s.Name is "more" or "held"),
            s => Assert.True(s is { Action: StepAction.Skip, Incomplete: true })
        );
        Assert.Contains("--delete persistentvolumeclaims/shop/more", unnamed.Steps.Single(s => s.Name == "more").Reason);
        Assert.Equal(["held", "more"], named.Steps.Where(s => s.Action == StepAction.Delete).Select(s => s.Name).Order());
    }

    [Fact]
    public async Task What_owns_a_claim_that_is_not_named_stays_with_it()
    {
        var live =
            Added("ConfigMap", "owner")
            + Added("PersistentVolumeClaim", "more", "ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: owner, uid: u-owner }]");

        var plan = await PlanAsync(live);

        Assert.DoesNotContain(plan.Steps, s => s.Action == StepAction.Delete);
        Assert.Contains("would go with it", plan.Steps.Single(s => s.Name == "owner").Reason);
    }

    [Fact]
    public async Task A_label_scope_deletes_only_what_matches_and_nothing_that_the_point_holds_under_other_labels()
    {
        var live =
            Added("ConfigMap", "one", "labels: { app: web }") + Added("ConfigMap", "two") + Added("Secret", "key", "labels: { app: web }");

        var plan = await PlanAsync(live, Rollback with { Selection = new() { Labels = "app=web" } });

        Assert.Equal(["one"], plan.Steps.Where(s => s.Action == StepAction.Delete).Select(s => s.Name));
    }

    [Fact]
    public async Task A_type_or_namespace_with_a_gap_loses_nothing()
    {
        var point = Holdfast.TestKit.Manifests.ManifestPoint.Of(
            Holdfast.TestKit.Manifests.YamlManifests.Parse(Point),
            change: i => i with { Gaps = [new("configmaps", "shop", "it was behind")] }
        );

        var plan = await Plans.PlanAsync(
            point,
            new Holdfast.TestKit.Manifests.ManifestTarget(
                Holdfast.TestKit.Manifests.YamlManifests.Parse(Live + Added("ConfigMap", "extra"))
            ),
            Rollback
        );

        Assert.DoesNotContain(plan.Steps, s => s.Action == StepAction.Delete);
        Assert.Contains(plan.Warnings, w => w.Contains("extra", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_refused_into_another_cluster_and_with_mapped_namespaces()
    {
        var request = Rollback with { NamespaceMapping = RuleCase.Plain.NamespaceMapping ?? Map("shop", "copy") };

        var refused = await Assert.ThrowsAsync<RestoreException>(() => PlanAsync("", request));

        Assert.Equal(RestoreRefusal.BadRequest, refused.Refusal);
    }

    [Fact]
    public async Task A_name_that_no_one_can_mean_is_refused_with_all_others()
    {
        var refused = await Assert.ThrowsAsync<RestoreException>(() =>
            PlanAsync("", Rollback with { Delete = ["pvc/more", "nothing/x/y", "namespace/kube-system"] })
        );

        Assert.Equal(3, refused.Problems.Length);
    }

    [Theory]
    [InlineData(ExistingPolicy.Recreate, StepAction.Recreate)]
    [InlineData(ExistingPolicy.Rollback, StepAction.Recreate)]
    [InlineData(ExistingPolicy.Replace, StepAction.Skip)]
    public async Task A_field_that_cannot_be_changed_is_recreated_where_that_is_asked_for(ExistingPolicy policy, StepAction expected)
    {
        var live = Live.Replace("type: Opaque", "type: example.com/other", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(Point, live, RuleCase.Plain with { Existing = policy });

        var step = plan.Steps.Single(s => s.Name == "key");
        Assert.Equal(expected, step.Action);
        Assert.Equal(expected == StepAction.Skip, step.Reason.Contains("--existing recreate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data: { a: \"1\" }", "data: { a: \"2\" }")]
    [InlineData("type: Opaque", "type: example.com/other")]
    public async Task What_no_safety_point_can_hold_is_neither_overwritten_nor_created_again(string captured, string now)
    {
        var live = Live.Replace(captured, now, StringComparison.Ordinal)
            .Replace("labels: { app: web }", "annotations: { holdfast.dev/exclude: \"true\" }", StringComparison.Ordinal)
            .Replace("name: key,", "name: key, labels: { holdfast.dev/exclude: \"true\" },", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(Point, live, Rollback);

        Assert.All(
            plan.Steps.Where(s => s.Name is "settings" or "key"),
            s => Assert.True(s is { Action: StepAction.Skip, Incomplete: true })
        );
    }

    [Theory]
    [InlineData(ExistingPolicy.Rollback, "labels", StepAction.Skip)]
    [InlineData(ExistingPolicy.Recreate, "annotations", StepAction.Skip)]
    [InlineData(ExistingPolicy.Replace, "labels", StepAction.Replace)]
    public async Task Nor_is_anything_in_a_namespace_that_captures_leave_out_now(ExistingPolicy policy, string by, StepAction expected)
    {
        var live = Live.Replace("name: shop }", $"name: shop, {by}: {{ holdfast.dev/exclude: \"true\" }} }}", StringComparison.Ordinal)
            .Replace("data: { a: \"1\" }", "data: { a: \"2\" }", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(Point, live, RuleCase.Plain with { Existing = policy });

        var step = plan.Steps.Single(s => s.Name == "settings");
        Assert.Equal((expected, expected == StepAction.Skip), (step.Action, step.Incomplete));
        Assert.Equal(expected == StepAction.Skip, step.Reason.Contains("its namespace is excluded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_namespaces_are_listed_once()
    {
        var target = new Holdfast.TestKit.Manifests.ManifestTarget(Holdfast.TestKit.Manifests.YamlManifests.Parse(Live));
        var lists = 0;
        var counted = target.Read() is var read
            ? read with
            {
                List = (request, receiver, cancellation) =>
                {
                    lists += request.Resource is { Group: "", Resource: "namespaces" } ? 1 : 0;
                    return read.List(request, receiver, cancellation);
                },
            }
            : null!;
        var point = Holdfast.TestKit.Manifests.ManifestPoint.Of(Holdfast.TestKit.Manifests.YamlManifests.Parse(Point));

        await new Holdfast.Restore.Planning.RestorePlanner(
            point,
            _ => Task.FromResult(counted),
            TimeProvider.System,
            () => new Holdfast.Manifests.SecretDigests(new byte[32])
        ).PlanAsync(
            Rollback with
            {
                Selection = new() { Namespaces = ["shop"], Kinds = ["configmap"] },
            },
            Plans.Run,
            null,
            default
        );

        Assert.Equal(1, lists);
    }

    [Fact]
    public async Task The_deletion_of_a_namespace_that_would_hang_is_warned_of()
    {
        const string Extra = "\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: extra, uid: u-extra, resourceVersion: \"901\" }\n";
        const string Dead = """

            ---
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: { name: v1.dead.example.com, uid: u-dead, resourceVersion: "902" }
            status: { conditions: [{ type: Available, status: "False", reason: MissingEndpoints }] }
            """;
        var request = Rollback with { Delete = ["namespace/extra"] };

        var well = await PlanAsync(Extra, request);
        var hanging = await PlanAsync(Extra + Dead, request);

        Assert.Contains(hanging.Steps, s => s is { Action: StepAction.Delete, Name: "extra" });
        Assert.Contains(hanging.Warnings, w => w.Contains("v1.dead.example.com", StringComparison.Ordinal));
        Assert.DoesNotContain(well.Warnings, w => w.Contains("hang", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_that_a_Service_holds_which_goes_is_free_for_the_one_that_had_it()
    {
        const string Ports = "spec: { type: NodePort, ports: [{ port: 80, nodePort: 30080 }] }";
        const string Applied =
            """annotations: { kubectl.kubernetes.io/last-applied-configuration: '{"spec":{"ports":[{"port":80,"nodePort":30080}]}}' }""";
        var point = $"{Point}\n---\napiVersion: v1\nkind: Service\nmetadata: {{ name: web, namespace: shop, {Applied} }}\n{Ports}\n";
        var live = Live + Added("Service", "thief", Applied) + Ports;

        var plan = await Plans.PlanAsync(point, live, Rollback);

        Assert.Null(plan.TakenAddresses);
        Assert.Equal(RestoreStage.EarlyDeletions, plan.Steps.Single(s => s.Name == "thief").Stage);
    }

    private static string Live => string.Join("\n---\n", Point.Split("\n---\n").Select((m, i) => WithUid(m, $"p{i}", 800 + i)));

    private static string WithUid(string manifest, string uid, int revision) =>
        manifest.Replace("metadata: {", $"metadata: {{ uid: {uid}, resourceVersion: \"{revision}\",", StringComparison.Ordinal);

    private static string Added(string kind, string name, string? metadata = null) =>
        $"\n---\napiVersion: v1\nkind: {kind}\nmetadata: {{ name: {name}, namespace: shop, uid: u-{name}, resourceVersion: \"901\""
        + $"{(metadata is null ? "" : ", " + metadata)} }}\n";

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Map(string from, string to) =>
        System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add(from, to);

    private static Task<RestorePlan> PlanAsync(string added, RestoreRequest? request = null) =>
        Plans.PlanAsync(Point, Live + added, request ?? Rollback);
}
