using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Clones;

namespace Holdfast.Restore.Tests.Rules;

/// <summary>What keeps a clone from acting in its source's place, and each exception.</summary>
public sealed class CloneRulesTests
{
    private const string Ingress = "apiVersion: networking.k8s.io/v1, kind: Ingress";

    private static readonly ImmutableSortedDictionary<string, string> Names = ImmutableSortedDictionary
        .Create<string, string>(StringComparer.Ordinal)
        .Add("shop", "staging");

    [Theory]
    [InlineData("apiVersion: batch/v1, kind: CronJob", "schedule: '* * * * *'")]
    [InlineData("apiVersion: batch/v1, kind: Job", "parallelism: 1")]
    public void Jobs_are_suspended(string kind, string spec)
    {
        Assert.True(Spec(kind, spec).Flag("suspend"));
        Assert.False(Spec(kind, spec, ClonePart.Jobs).Flag("suspend"));
    }

    [Fact]
    public void A_load_balancer_becomes_a_service_inside_without_what_only_one_outside_may_have()
    {
        const string Balancer =
            "type: LoadBalancer, loadBalancerIP: 1.2.3.4, loadBalancerClass: x/y, loadBalancerSourceRanges: [10.0.0.0/8], "
            + "allocateLoadBalancerNodePorts: true, externalTrafficPolicy: Local, healthCheckNodePort: 31000, externalIPs: [1.2.3.5], "
            + "ports: [{ port: 80, nodePort: 30080 }], selector: { app: a }";

        RuleCase.Same("{ type: ClusterIP, ports: [{ port: 80 }], selector: { app: a } }", Spec("apiVersion: v1, kind: Service", Balancer));
        Assert.Equal("LoadBalancer", Spec("apiVersion: v1, kind: Service", Balancer, ClonePart.LoadBalancers).Text("type"));
    }

    [Fact]
    public void A_node_port_service_gets_other_ports() =>
        RuleCase.Same(
            "{ type: NodePort, ports: [{ port: 80 }] }",
            Spec("apiVersion: v1, kind: Service", "type: NodePort, ports: [{ port: 80, nodePort: 30080 }], externalIPs: [1.2.3.4]")
        );

    [Fact]
    public void Hosts_that_arent_mapped_are_left_out()
    {
        var spec = Spec(
            Ingress,
            "defaultBackend: { service: { name: a } }, tls: [{ hosts: [a.net, b.net] }, { hosts: [b.net] }], "
                + "rules: [{ host: a.net }, { host: b.net }, { http: { paths: [] } }]"
        );

        RuleCase.Same("{ tls: [{ hosts: [c.net] }], rules: [{ host: c.net }] }", spec);
    }

    [Theory]
    [InlineData("rules: [{ host: b.net }]", "clone-hosts-unmapped")]
    [InlineData("rules: [{ http: { paths: [] } }]", "clone-hosts-unmapped")]
    [InlineData("defaultBackend: { service: { name: a } }", "clone-hosts-unmapped")]
    [InlineData("rules: [{ host: a.net }]", null)]
    public void An_ingress_without_a_host_of_its_own_isnt_restored(string spec, string? rule)
    {
        Assert.Equal(rule, Prepared(Ingress, spec).SkipRule);
        Assert.Null(Prepared(Ingress, spec, ClonePart.Hosts).SkipRule);
    }

    [Fact]
    public void What_a_policy_allows_to_leave_the_namespace_is_left_out()
    {
        const string Policy = "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy";
        const string Rules = "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]";

        RuleCase.Same("{ podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}] }", Spec(Policy, Rules));
        Assert.NotNull(Spec(Policy, Rules, ClonePart.Egress).Array("egress"));
    }

    [Fact]
    public void The_policy_of_an_earlier_clone_isnt_restored_beside_the_new_one() =>
        Assert.Equal(
            "clone-policy-again",
            Case([])
                .Prepare(
                    "{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, "
                        + $"metadata: {{ name: {ClonePolicy.Name}, namespace: shop }} }}"
                )
                .SkipRule
        );

    [Theory]
    [InlineData("shop", "clone-cluster-wide")]
    [InlineData("other", null)]
    public void A_webhook_of_a_clone_is_never_restored(string ns, string? rule) =>
        Assert.Equal(
            rule,
            Case([ClonePart.Jobs, ClonePart.LoadBalancers, ClonePart.Hosts, ClonePart.Egress])
                .Prepare(
                    "{ apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: { name: a }, "
                        + $"webhooks: [{{ name: a, clientConfig: {{ service: {{ name: a, namespace: {ns} }} }} }}] }}"
                )
                .SkipRule
        );

    [Fact]
    public void Other_namespaces_of_the_same_restore_arent_touched() =>
        Assert.False(
            Case([])
                .Prepare("{ apiVersion: batch/v1, kind: CronJob, metadata: { name: a, namespace: other }, spec: { schedule: x } }")
                .Body.Object("spec")
                .Flag("suspend")
        );

    private static JsonObject Spec(string kind, string spec, params ImmutableArray<ClonePart> kept) =>
        Prepared(kind, spec, kept).Body.Object("spec")!;

    private static Holdfast.Restore.Rules.PreparedManifest Prepared(string kind, string spec, params ImmutableArray<ClonePart> kept) =>
        Case(kept).Prepare($"{{ {kind}, metadata: {{ name: a, namespace: shop }}, spec: {{ {spec} }} }}");

    private static RuleCase Case(ImmutableArray<ClonePart> kept) =>
        new()
        {
            Request = RuleCase.Plain with
            {
                NamespaceMapping = Names,
                Mappings = new() { Hosts = ImmutableSortedDictionary<string, string>.Empty.Add("a.net", "c.net") },
            },
            Isolation = new() { Namespaces = ["staging"], Kept = kept },
        };
}
