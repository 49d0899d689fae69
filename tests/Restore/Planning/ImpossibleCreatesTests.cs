using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>A plan writes nothing that the target can't take: such objects are shown with the reason.</summary>
public sealed class ImpossibleCreatesTests
{
    private const string Shop = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: n, resourceVersion: \"1\" } }";
    private const string Widget = "{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: shop } }";

    [Theory]
    [InlineData(ExistingPolicy.Skip)]
    [InlineData(ExistingPolicy.Replace)]
    public async Task A_live_definition_is_not_changed_for_what_is_selected_so_that_its_versions_count(ExistingPolicy existing)
    {
        var plan = await Plans.PlanAsync(
            $"{Definition("v1")}\n---\n{Widget}",
            $"{Shop}\n---\n{Definition("v2")}",
            RuleCase.Plain with
            {
                Existing = existing,
                Selection = new() { Namespaces = ["shop"] },
            }
        );

        var step = plan.Steps.Single(s => s.Kind == "Widget");
        Assert.Equal((StepAction.Skip, true), (step.Action, step.Incomplete));
        Assert.Contains("example.com/v2", step.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scope: Cluster", "cluster-scoped in the target")]
    [InlineData("names: { plural: widgets, kind: Gadget }", "kind Gadget")]
    public async Task A_type_of_another_scope_or_kind_is_another_type(string change, string why)
    {
        var live = Definition("v1")
            .Replace(
                change.StartsWith("scope", StringComparison.Ordinal) ? "scope: Namespaced" : "names: { plural: widgets, kind: Widget }",
                change,
                StringComparison.Ordinal
            );

        var plan = await Plans.PlanAsync($"{Definition("v1")}\n---\n{Widget}", $"{Shop}\n---\n{live}");

        var step = plan.Steps.Single(s => s.Kind == "Widget");
        Assert.Equal((StepAction.Skip, true), (step.Action, step.Incomplete));
        Assert.Contains(why, step.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_discovery_still_lists_of_a_definition_that_is_gone_is_out_of_date()
    {
        var live = new ManifestTarget(YamlManifests.Parse($"{Shop}\n---\n{Definition("v1")}")) { Outdated = ["widgets.example.com"] };

        var plan = await Plans.PlanAsync(ManifestPoint.Of(YamlManifests.Parse($"{Definition("v1")}\n---\n{Widget}")), live);

        Assert.All(plan.Steps, s => Assert.Equal((StepAction.Create, false), (s.Action, s.Incomplete)));
        Assert.Contains(plan.Steps, s => s.Kind == "Widget");
    }

    [Fact]
    public async Task Objects_of_a_definition_that_is_being_deleted_are_created_again_with_it()
    {
        var terminating = Definition("v1")
            .Replace("uid: c", "uid: c, deletionTimestamp: \"2026-01-01T00:00:00Z\"", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync($"{Definition("v1")}\n---\n{Widget}", $"{Shop}\n---\n{terminating}\n---\n{Widget}");

        Assert.Equal(StepAction.Create, plan.Steps.Single(s => s.Kind == "Widget").Action);
    }

    [Fact]
    public async Task A_definition_that_drops_a_stored_version_is_refused()
    {
        var live = Definition("v1")
            .Replace(
                "kind: CustomResourceDefinition",
                "kind: CustomResourceDefinition, status: { storedVersions: [v1, v2] }",
                StringComparison.Ordinal
            )
            .Replace("versions: [", "versions: [{ name: v2, served: true }, ", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(Definition("v1"), live, RuleCase.Plain with { Existing = ExistingPolicy.Replace });

        var step = Assert.Single(plan.Steps);
        Assert.Equal((StepAction.Skip, true), (step.Action, step.Incomplete));
        Assert.Contains("v2", step.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.10", "Service other/dns")]
    [InlineData("10.77.0.10", "range")]
    [InlineData("10.0.0.11", null)]
    public async Task A_chosen_address_that_the_target_cannot_give_is_given_up_in_the_plan(string address, string? why)
    {
        var point =
            $"{{ apiVersion: v1, kind: Service, metadata: {{ name: dns, namespace: shop, managedFields: [{{ manager: m, fieldsV1: {{ "
            + $"'f:spec': {{ 'f:clusterIP': {{}} }} }} }}] }}, spec: {{ clusterIP: {address} }} }}";
        var live =
            Shop
            + "\n---\n{ apiVersion: v1, kind: Service, metadata: { name: dns, namespace: other, uid: o }, spec: { clusterIP: 10.0.0.10 } }"
            + "\n---\n{ apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: { name: kubernetes }, spec: { cidrs: "
            + "[10.0.0.0/16] } }";

        var plan = await Plans.PlanAsync(point, live, RuleCase.Plain with { IntoOtherCluster = true });

        Assert.Equal(why is null ? null : [address], plan.TakenAddresses?.AsEnumerable());
        Assert.Equal(why is null, !plan.Warnings.Any(w => w.Contains(why ?? address, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Services_with_chosen_ports_come_before_those_that_are_given_some()
    {
        const string chosen =
            "{ apiVersion: v1, kind: Service, metadata: { name: z, namespace: shop, annotations: { "
            + "kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"ports\":[{\"port\":80,\"nodePort\":30001}]}}' } }, "
            + "spec: { type: NodePort, ports: [{ port: 80, nodePort: 30001 }] } }";
        const string given =
            "{ apiVersion: v1, kind: Service, metadata: { name: a, namespace: shop }, spec: { type: NodePort, ports: [{ port: 80, "
            + "nodePort: 30002 }] } }";

        var plan = await Plans.PlanAsync($"{chosen}\n---\n{given}", Shop);

        Assert.Equal(["z", "a"], plan.Steps.Select(s => s.Name));
        Assert.True(plan.Steps[0].Stage < plan.Steps[1].Stage);
    }

    private static string Definition(string version) =>
        $"{{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{ name: widgets.example.com, uid: c, "
        + $"resourceVersion: \"1\" }}, "
        + $"spec: {{ group: example.com, scope: Namespaced, names: {{ plural: widgets, kind: Widget }}, versions: [{{ name: "
        + $"{version}, served: true }}] }} }}";
}
