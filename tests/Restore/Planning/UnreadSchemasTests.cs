using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Schemas;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Where the target's schemas can't be read, a plan says of what it can't foresee the outcome, why, and what to do.</summary>
public sealed class UnreadSchemasTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

    private const string Types = """
        {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: tanks.example.com},
         spec: {group: example.com, scope: Namespaced, names: {plural: tanks, kind: Tank},
         versions: [{name: v1, served: true, storage: true}]}}
        ---
        {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: pipes.example.com},
         spec: {group: example.com, scope: Namespaced, names: {plural: pipes, kind: Pipe},
         versions: [{name: v1, served: true, storage: true}]}}
        ---
        {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
        """;

    private const string Objects = """
        {apiVersion: example.com/v1, kind: Tank, metadata: {name: north, namespace: shop}, spec: {size: 5}}
        ---
        {apiVersion: example.com/v1, kind: Pipe, metadata: {name: south, namespace: shop}, spec: {size: 5}}
        """;

    [Fact]
    public async Task One_warning_for_each_cause_names_the_types_the_effect_and_the_permission()
    {
        var plan = await PlanAsync(
            Types,
            t => Unread($"{Definitions}{t.GroupResource}", ClusterFailure.Forbidden, $"403 for {t.Resource}")
        );

        var warning = Assert.Single(plan.Warnings, w => w.Contains("schema", StringComparison.Ordinal));
        Assert.Contains("pipes.example.com, tanks.example.com", warning, StringComparison.Ordinal);
        Assert.Contains("merges", warning, StringComparison.Ordinal);
        Assert.Contains("drop", warning, StringComparison.Ordinal);
        Assert.Contains("grant 'get' on customresourcedefinitions.apiextensions.k8s.io", warning, StringComparison.Ordinal);
        Assert.Contains("403 for", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Different_causes_have_a_warning_each()
    {
        var plan = await PlanAsync(
            Types,
            t =>
                t.Resource == "pipes"
                    ? Unread("/openapi/v3/apis/example.com/v1", ClusterFailure.Forbidden, "forbidden")
                    : Unread("/openapi/v3/apis/example.com/v1", ClusterFailure.Broken, "its backend is gone")
        );

        var warnings = plan.Warnings.Where(w => w.Contains("schema", StringComparison.Ordinal)).Order().ToList();
        Assert.Equal(2, warnings.Count);
        Assert.Contains("/openapi/v3/*", warnings[0], StringComparison.Ordinal);
        Assert.Contains("tanks.example.com can't be read", warnings[1], StringComparison.Ordinal);
        Assert.Contains("its backend is gone", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_publishes_none_is_nothing_to_warn_of() => Assert.Empty((await PlanAsync(Types, _ => default)).Warnings);

    [Fact]
    public async Task Nor_are_types_of_which_nothing_is_written() =>
        Assert.Empty((await PlanAsync($"{Types}\n---\n{Objects}", _ => Unread("/openapi/v2", ClusterFailure.Broken, "broken"))).Warnings);

    private static PublishedSchema Unread(string path, ClusterFailure failure, string reason) => new(null, new(path, failure, reason));

    private static Task<RestorePlan> PlanAsync(string cluster, Func<ApiResource, PublishedSchema> custom)
    {
        var target = new ManifestTarget(YamlManifests.Parse(cluster))
        {
            Schemas = type => type.Group == "example.com" ? custom(type) : new(SampleSchema.BuiltIn),
        };
        return Plans.PlanAsync(ManifestPoint.Of(YamlManifests.Parse($"{Types}\n---\n{Objects}")), target, RuleCase.Plain);
    }
}
