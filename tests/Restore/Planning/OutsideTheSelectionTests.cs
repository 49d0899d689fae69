using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>A restore changes nothing for those whom it isn't about, and names what it leaves out.</summary>
public sealed class OutsideTheSelectionTests
{
    private const string Shop = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: n, resourceVersion: \"1\" } }";
    private const string Claim =
        "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: c, namespace: shop }, spec: { storageClassName: fast } }";
    private const string Class =
        "{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: fast, annotations: { "
        + "storageclass.kubernetes.io/is-default-class: 'true' } }, provisioner: x }";

    [Fact]
    public async Task A_default_class_that_only_comes_along_comes_without_being_the_default()
    {
        var plan = await Plans.PlanAsync($"{Claim}\n---\n{Class}", Shop, Only("shop"));

        var step = plan.Steps.Single(s => s.Name == "fast");
        Assert.Equal((StepAction.Create, true, true), (step.Action, step.Related, step.WithoutDefault == true));
        Assert.Contains("`--name storageclass/fast`", Assert.Single(plan.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storageclasses.storage.k8s.io", "own", false)]
    [InlineData("storageclasses.storage.k8s.io", "fast", null)]
    [InlineData("priorityclasses.scheduling.k8s.io", "own", true)]
    public async Task A_selected_default_beside_a_live_one_is_said_and_a_second_global_default_is_not_tried(
        string resource,
        string live,
        bool? without
    )
    {
        var manifest = resource.StartsWith("storage", StringComparison.Ordinal)
            ? Class
            : "{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: fast }, globalDefault: true, value: 7 }";
        var present = manifest.Replace("name: fast", $"name: {live}, uid: u, resourceVersion: \"1\"", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(manifest, present);

        Assert.Equal(without == true, Assert.Single(plan.Steps).WithoutDefault == true);
        Assert.Equal(without is null ? 0 : 1, plan.Warnings.Count(w => w.Contains("own", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{ kind: ServiceAccount, namespace: shop, name: web }", "", true)]
    [InlineData("{ kind: Group, name: 'system:serviceaccounts:shop' }", "", true)]
    [InlineData("{ kind: ServiceAccount, namespace: other, name: web }", "", false)]
    [InlineData("{ kind: ServiceAccount, namespace: shop, name: web }", "{ kind: ServiceAccount, namespace: shop, name: web }", false)]
    [InlineData("{ kind: ServiceAccount, namespace: shop, name: web }", "{ kind: ServiceAccount, namespace: other, name: web }", true)]
    public async Task Bindings_of_the_selected_accounts_that_stay_away_are_named(string subject, string liveSubject, bool named)
    {
        var live = liveSubject.Length == 0 ? Shop : $"{Shop}\n---\n{Binding(liveSubject)}";

        var plan = await Plans.PlanAsync(
            $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: a, namespace: shop }} }}\n---\n{Binding(subject)}",
            live,
            Only("shop")
        );

        Assert.Equal(named, plan.Warnings.Any(w => w.Contains("web-reads-all", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_not_selected_is_not_warned_about()
    {
        const string crd =
            "{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: widgets.example.com }, spec: { "
            + "group: example.com, scope: Namespaced, names: { plural: widgets, kind: Widget }, versions: [{ name: v1, served: "
            + "true }] } }";
        const string widget = "{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: other } }";
        var point = YamlManifests.Parse(
            $"{crd}\n---\n{widget}\n---\n{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: a, namespace: shop }} }}"
        );

        var shop = await Plans.PlanAsync(
            ManifestPoint.Of(point),
            new ManifestTarget(YamlManifests.Parse(Shop)),
            Only("shop") with
            {
                Selection = new() { Namespaces = ["shop"], ClusterScoped = false },
            }
        );
        var other = await Plans.PlanAsync(
            ManifestPoint.Of(point),
            new ManifestTarget(YamlManifests.Parse(Shop)),
            Only("other") with
            {
                Selection = new() { Namespaces = ["other"], ClusterScoped = false },
            }
        );

        Assert.Empty(shop.Warnings);
        Assert.Contains("widgets.example.com can't be restored", Assert.Single(other.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_of_a_type_of_which_nothing_was_captured_is_said()
    {
        var point = ManifestPoint.Of(
            YamlManifests.Parse("{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: shop } }"),
            change: i =>
                i with
                {
                    Types = i.Types.Add(new() { Type = new("", "v1", "secrets", "Secret", true), State = Archive.Format.TypeState.Failed }),
                    Gaps = [new("secrets", null, "forbidden"), new("metrics.k8s.io/v1beta1", null, "down")],
                }
        );

        var plan = await Plans.PlanAsync(point, new ManifestTarget(YamlManifests.Parse(Shop)), Only("shop"));
        var maps = await Plans.PlanAsync(
            point,
            new ManifestTarget(YamlManifests.Parse(Shop)),
            RuleCase.Plain with
            {
                Selection = new() { Kinds = ["configmap"] },
            }
        );

        Assert.Contains(plan.Warnings, w => w.Contains("secrets: forbidden", StringComparison.Ordinal));
        Assert.Empty(maps.Warnings);
    }

    private static string Binding(string subject) =>
        $"{{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{ name: web-reads-all }}, roleRef: {{ "
        + $"kind: ClusterRole, name: view }}, subjects: [{subject}] }}";

    private static RestoreRequest Only(string ns) => RuleCase.Plain with { Selection = new() { Namespaces = [ns] } };
}
