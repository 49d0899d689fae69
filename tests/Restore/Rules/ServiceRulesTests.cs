using Holdfast.Manifests;

namespace Holdfast.Restore.Tests.Rules;

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
            """
        );

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
            prepared.Body
        );
        Assert.Contains("node ports", Assert.Single(prepared.Warnings).ToString(), StringComparison.Ordinal);
        Assert.False(prepared.Incomplete);
    }

    [Fact]
    public void A_headless_service_stays_headless() =>
        Assert.Equal(
            "None",
            RuleCase
                .Body(
                    "{ apiVersion: v1, kind: Service, metadata: { name: db, namespace: shop }, spec: { clusterIP: None, clusterIPs: "
                        + "[None] } }"
                )
                .Object("spec")
                .Text("clusterIP")
        );

    [Theory]
    [InlineData(
        "annotations: { kubectl.kubernetes.io/last-applied-configuration: "
            + "'{\"spec\":{\"healthCheckNodePort\":31999,\"ports\":[{\"port\":80,\"nodePort\":30080}]}}' }"
    )]
    [InlineData(
        "managedFields: [{ manager: kubectl-edit, operation: Update, fieldsV1: { 'f:spec': { 'f:healthCheckNodePort': {}, 'f:ports': "
            + "{ 'k:{\"port\":80,\"protocol\":\"TCP\"}': { 'f:nodePort': {} } } } } }]"
    )]
    public void Ports_that_a_user_chose_stay(string record)
    {
        var spec = RuleCase.Body(Ported(record)).Object("spec")!;

        Assert.Equal(30080, spec.Objects("ports").First().Number("nodePort"));
        Assert.Equal(31999, spec.Number("healthCheckNodePort"));
    }

    [Theory]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"ports\":[{\"port\":80}]}}' }")]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: 'edited by hand {' }")]
    [InlineData(
        "managedFields: [{ manager: kubectl, operation: Apply, fieldsV1: { 'f:spec': { 'f:ports': { "
            + "'k:{\"port\":80,\"protocol\":\"TCP\"}': { 'f:port': {} } } } } }]"
    )]
    public void Ports_that_the_server_gave_go_whatever_else_the_record_says(string record) =>
        Assert.False(RuleCase.Body(Ported(record)).Object("spec").Objects("ports").First().ContainsKey("nodePort"));

    [Fact]
    public void All_ports_stay_on_request() =>
        Assert.Equal(
            30080,
            RuleCase
                .Body(Ported("labels: {}"), RuleCase.Plain with { KeepNodePorts = true })
                .Object("spec")
                .Objects("ports")
                .First()
                .Number("nodePort")
        );

    [Theory]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"clusterIP\":\"10.0.0.10\"}}' }", true)]
    [InlineData("managedFields: [{ manager: kubectl-create, operation: Update, fieldsV1: { 'f:spec': { 'f:clusterIP': {} } } }]", true)]
    [InlineData("annotations: { kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"clusterIP\":\"10.0.0.99\"}}' }", false)]
    [InlineData("managedFields: [{ manager: kubectl-create, operation: Update, fieldsV1: { 'f:spec': { 'f:ports': {} } } }]", false)]
    public void An_address_that_a_user_chose_stays_and_its_service_comes_first(string record, bool chosen)
    {
        var prepared = new RuleCase().Prepare(Addressed(record));

        Assert.Equal(chosen ? "10.0.0.10" : null, prepared.Body.Object("spec").Text("clusterIP"));
        Assert.False(prepared.Body.Object("spec")!.ContainsKey("clusterIPs"));
        Assert.Equal(chosen, prepared.Early);
    }

    [Fact]
    public void A_chosen_address_or_port_that_another_service_holds_is_given_up_with_a_warning()
    {
        var address = new RuleCase { Taken = ["10.0.0.10"] }.Prepare(
            Addressed("managedFields: [{ manager: m, fieldsV1: { 'f:spec': { 'f:clusterIP': {} } } }]")
        );
        var port = new RuleCase { Taken = ["30080"], Request = RuleCase.Plain with { KeepNodePorts = true } }.Prepare(Ported("labels: {}"));

        Assert.False(address.Body.Object("spec")!.ContainsKey("clusterIP"));
        Assert.Contains("10.0.0.10", Assert.Single(address.Warnings).ToString(), StringComparison.Ordinal);
        Assert.False(port.Body.Object("spec").Objects("ports").First().ContainsKey("nodePort"));
        Assert.Equal(31999, port.Body.Object("spec").Number("healthCheckNodePort"));
        Assert.Contains("30080", Assert.Single(port.Warnings).ToString(), StringComparison.Ordinal);
    }

    private static string Addressed(string metadata) =>
        $$"""
            apiVersion: v1
            kind: Service
            metadata: { name: dns, namespace: shop, {{metadata}} }
            spec: { clusterIP: 10.0.0.10, clusterIPs: [10.0.0.10], ports: [{ port: 53, protocol: UDP }] }
            """;

    private static string Ported(string metadata) =>
        $$"""
            apiVersion: v1
            kind: Service
            metadata: { name: web, namespace: shop, {{metadata}} }
            spec: { type: LoadBalancer, healthCheckNodePort: 31999, ports: [{ port: 80, protocol: TCP, nodePort: 30080 }] }
            """;
}
