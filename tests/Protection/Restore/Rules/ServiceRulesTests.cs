using Holdfast.Protection.Restore.Rules;

namespace Holdfast.Protection.Tests.Restore.Rules;

public sealed class ServiceRulesTests
{
    [Fact]
    public void Addresses_and_given_ports_go_and_what_the_user_asked_for_stays()
    {
        var prepared = new RuleCase().Prepare(
            """
            apiVersion: v1
            kind: Service
            metadata: { name: web, namespace: shop }
            spec:
              type: LoadBalancer
              clusterIP: 10.0.0.7
              clusterIPs: [10.0.0.7]
              ipFamilies: [IPv4]
              loadBalancerIP: 52.1.2.3
              externalTrafficPolicy: Local
              healthCheckNodePort: 31999
              ports: [{ port: 80, protocol: TCP, nodePort: 30080 }]
            status: { loadBalancer: { ingress: [{ ip: 52.1.2.3 }] } }
            """);

        RuleCase.Same(
            """
            apiVersion: v1
            kind: Service
            metadata: { name: web, namespace: shop }
            spec:
              type: LoadBalancer
              ipFamilies: [IPv4]
              loadBalancerIP: 52.1.2.3
              externalTrafficPolicy: Local
              ports: [{ port: 80, protocol: TCP }]
            """,
            prepared.Body);
        Assert.Contains("node ports", Assert.Single(prepared.Warnings).ToString(), StringComparison.Ordinal);
        Assert.False(prepared.Incomplete);
    }

    [Fact]
    public void A_headless_service_stays_headless() =>
        Assert.Equal("None", RuleCase.Body("{ apiVersion: v1, kind: Service, metadata: { name: db, namespace: shop }, spec: { clusterIP: None, clusterIPs: [None] } }").Object("spec").Text("clusterIP"));

    [Theory]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"healthCheckNodePort\":31999,\"ports\":[{\"port\":80,\"nodePort\":30080}]}}' }")]
    [InlineData("managedFields: [{ manager: kubectl-edit, operation: Update, fieldsV1: { 'f:spec': { 'f:healthCheckNodePort': {}, 'f:ports': { 'k:{\"port\":80,\"protocol\":\"TCP\"}': { 'f:nodePort': {} } } } } }]")]
    public void Ports_that_a_user_chose_stay(string record)
    {
        var spec = RuleCase.Body(Ported(record)).Object("spec")!;

        Assert.Equal(30080, spec.Objects("ports").First().Number("nodePort"));
        Assert.Equal(31999, spec.Number("healthCheckNodePort"));
    }

    [Theory]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"ports\":[{\"port\":80}]}}' }")]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: 'edited by hand {' }")]
    [InlineData("managedFields: [{ manager: kubectl, operation: Apply, fieldsV1: { 'f:spec': { 'f:ports': { 'k:{\"port\":80,\"protocol\":\"TCP\"}': { 'f:port': {} } } } } }]")]
    public void Ports_that_the_server_gave_go_whatever_else_the_record_says(string record) =>
        Assert.False(RuleCase.Body(Ported(record)).Object("spec").Objects("ports").First().ContainsKey("nodePort"));

    [Fact]
    public void All_ports_stay_on_request() =>
        Assert.Equal(30080, RuleCase.Body(Ported("labels: {}"), RuleCase.Plain with { KeepNodePorts = true }).Object("spec").Objects("ports").First().Number("nodePort"));

    [Fact]
    public void The_load_balancers_status_is_never_written_back()
    {
        var prepared = new RuleCase { Request = RuleCase.Plain with { Status = true } }.Prepare(
            "{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop }, spec: {}, status: { loadBalancer: { ingress: [] }, conditions: [] } }");

        RuleCase.Same("{ conditions: [] }", prepared.Status);
    }

    private static string Ported(string metadata) =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop, {{metadata}} }
        spec: { type: LoadBalancer, healthCheckNodePort: 31999, ports: [{ port: 80, protocol: TCP, nodePort: 30080 }] }
        """;
}
