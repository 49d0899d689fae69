using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>What restored objects refer to, and nothing has.</summary>
public sealed class UnprovidedReferencesTests
{
    private const string Shop = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: n, resourceVersion: \"1\" } }";

    [Theory]
    [InlineData("envFrom: [{ configMapRef: { name: a } }]", true)]
    [InlineData("envFrom: [{ configMapRef: { name: a, optional: true } }]", false)]
    [InlineData("envFrom: [{ configMapRef: { name: live } }]", false)]
    [InlineData("envFrom: [{ configMapRef: { name: comes } }]", false)]
    [InlineData("envFrom: [{ configMapRef: { name: kube-root-ca.crt } }]", false)]
    public async Task A_reference_is_a_warning_where_neither_the_restore_nor_the_target_has_it(string container, bool warned)
    {
        var plan = await Plans.PlanAsync(
            $"{Pod("web", container)}\n---\n{Map("comes")}",
            $"{Shop}\n---\n{Map("live")}",
            RuleCase.Plain with
            {
                Selection = new() { Namespaces = ["shop"] },
            }
        );

        Assert.Equal(
            warned ? "configmaps/a in shop is neither in this restore nor in the target: Pod shop/web reads it" : "",
            string.Join('\n', plan.Warnings)
        );
    }

    [Fact]
    public async Task A_namespace_that_is_mapped_is_looked_up_under_its_new_name()
    {
        var plan = await Plans.PlanAsync(
            Pod("web", "envFrom: [{ configMapRef: { name: live } }]"),
            $"{Shop}\n---\n{Map("live")}",
            RuleCase.Plain with
            {
                Selection = new() { Namespaces = ["shop"] },
                NamespaceMapping = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("shop", "staging"),
            }
        );

        Assert.Contains(
            plan.Warnings,
            w => w.StartsWith("configmaps/live in staging is neither in this restore nor in the target", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Many_that_are_missing_are_counted_after_the_first_and_each_type_is_listed_once()
    {
        var pods = Enumerable.Range(0, 60).Select(i => Pod($"web-{i}", $"envFrom: [{{ configMapRef: {{ name: a{i} }} }}]"));
        var target = new ManifestTarget(YamlManifests.Parse(Shop));

        var plan = await Plans.PlanAsync(
            ManifestPoint.Of(YamlManifests.Parse(string.Join("\n---\n", pods))),
            target,
            RuleCase.Plain with
            {
                Selection = new() { Namespaces = ["shop"] },
            }
        );

        Assert.Equal(51, plan.Warnings.Length);
        Assert.Contains(plan.Warnings, w => w.StartsWith("10 more", StringComparison.Ordinal));
        Assert.Single(target.Requests, r => r.Resource.Resource == "configmaps");
    }

    private static string Pod(string name, string container) =>
        $"{{ apiVersion: v1, kind: Pod, metadata: {{ name: {name}, namespace: shop }}, "
        + $"spec: {{ containers: [{{ name: c, {container} }}] }} }}";

    private static string Map(string name) =>
        $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: {name}, namespace: shop, uid: u, resourceVersion: \"1\" }} }}";
}
