using System.Collections.Immutable;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Rules;

public sealed class MappingRulesTests
{
    [Theory]
    [InlineData("nginx", "docker.io=m.net/hub", "m.net/hub/library/nginx")]
    [InlineData("nginx:1.25", "docker.io/library=m.net", "m.net/nginx:1.25")]
    [InlineData("team/app@sha256:00", "docker.io=m.net", "m.net/team/app@sha256:00")]
    [InlineData("docker.io/nginx", "docker.io=m.net", "m.net/library/nginx")]
    [InlineData("index.docker.io/team/app", "docker.io=m.net", "m.net/team/app")]
    [InlineData("r.example.com/team/app:1@sha256:00", "r.example.com=m.net:5000", "m.net:5000/team/app:1@sha256:00")]
    [InlineData("r.example.com/team/app:1", "r.example.com/team/app=m.net/x", "m.net/x:1")]
    [InlineData("r.example.com/team/app", "r.example.com=a.net,r.example.com/team=b.net", "b.net/app")]
    [InlineData("r.example.com/teams/app", "r.example.com/team=m.net", null)]
    [InlineData("r.example.com:5000/app", "r.example.com=m.net", null)]
    [InlineData("localhost/app", "docker.io=m.net", null)]
    public void An_image_is_mapped_by_whole_parts_of_its_name(string image, string mapping, string? expected)
    {
        var map = MappingSet.Of(new() { Registries = Map(mapping) }).Registries;

        Assert.Equal(expected, map.Map(image)?.Image);
    }

    [Theory]
    [InlineData("shop.example.com", "shop.example.com=a.net", "a.net")]
    [InlineData("SHOP.example.com", "shop.example.com=a.net", "a.net")]
    [InlineData("a.b.example.com", "*.example.com=*.c.net", "a.b.c.net")]
    [InlineData("*.example.com", "*.example.com=*.c.net", "*.c.net")]
    [InlineData("x.shop.example.com", "*.example.com=*.a.net,*.shop.example.com=*.b.net", "x.b.net")]
    [InlineData("shop.example.com", "*.example.com=*.a.net,shop.example.com=b.net", "b.net")]
    [InlineData("example.com", "*.example.com=*.a.net", null)]
    [InlineData("badexample.com", "*.example.com=*.a.net", null)]
    public void A_host_is_mapped_by_itself_before_its_domain(string host, string mapping, string? expected) =>
        Assert.Equal(expected, MappingSet.Of(new() { Hosts = Map(mapping) }).Hosts.Map(host)?.Host);

    [Theory]
    [InlineData("Pod", "v1", "spec")]
    [InlineData("PodTemplate", "v1", "template.spec")]
    [InlineData("Deployment", "apps/v1", "spec.template.spec")]
    [InlineData("StatefulSet", "apps/v1", "spec.template.spec")]
    [InlineData("DaemonSet", "apps/v1", "spec.template.spec")]
    [InlineData("ReplicaSet", "apps/v1", "spec.template.spec")]
    [InlineData("ReplicationController", "v1", "spec.template.spec")]
    [InlineData("Job", "batch/v1", "spec.template.spec")]
    [InlineData("CronJob", "batch/v1", "spec.jobTemplate.spec.template.spec")]
    public void Pods_of_every_workload_are_mapped(string kind, string apiVersion, string path)
    {
        const string Captured = """
            { nodeSelector: { pool: blue, disk: ssd }, priorityClassName: high, tolerations: [{ key: spot, operator: Exists }, { key: a }],
              initContainers: [{ name: i, image: q.io/a }], containers: [{ name: c, image: q.io/b:1 }, { name: d, image: r.io/c }],
              volumes: [{ name: v, image: { reference: q.io/v } }] }
            """;
        const string Expected = """
            { nodeSelector: { agentpool: apps }, priorityClassName: urgent, tolerations: [{ key: a }],
              initContainers: [{ name: i, image: m.net/a }], containers: [{ name: c, image: m.net/b:1 }, { name: d, image: r.io/c }],
              volumes: [{ name: v, image: { reference: m.net/v } }] }
            """;

        var body = RuleCase.Body(
            Wrapped(kind, apiVersion, path, Captured),
            With(
                new()
                {
                    Registries = Map("q.io=m.net"),
                    NodeSelectors = Map("pool=blue>agentpool=apps,disk>", '>'),
                    Tolerations = Map("spot>", '>'),
                    PriorityClasses = Map("high=urgent"),
                }
            )
        );

        RuleCase.Same(Expected, PodSpecs.Of(BuiltInTypes.Of(body, BuiltInTypes.With([body])).GroupResource, body));
    }

    [Theory]
    [InlineData(
        "pool=blue>agentpool=apps",
        "{ key: pool, operator: In, values: [blue] }",
        "{ key: agentpool, operator: In, values: [apps] }"
    )]
    [InlineData("pool>agentpool", "{ key: pool, operator: NotIn, values: [a, b] }", "{ key: agentpool, operator: NotIn, values: [a, b] }")]
    [InlineData("pool>agentpool", "{ key: pool, operator: Exists }", "{ key: agentpool, operator: Exists }")]
    [InlineData("pool=a>pool=b", "{ key: pool, operator: In, values: [a, b] }", "{ key: pool, operator: In, values: [b] }")]
    [InlineData("pool=a>", "{ key: pool, operator: In, values: [a, b] }", "{ key: pool, operator: In, values: [b] }")]
    [InlineData("pool=a>x=a", "{ key: pool, operator: In, values: [a, b] }", "{ key: pool, operator: In, values: [a, b] }")]
    [InlineData("pool=a>x=a", "{ key: pool, operator: Exists }", "{ key: pool, operator: Exists }")]
    public void Node_affinity_follows_where_one_expression_can_say_it(string mapping, string captured, string expected)
    {
        var body = RuleCase.Body(Affinity($"[{{ matchExpressions: [{captured}] }}]"), With(new() { NodeSelectors = Map(mapping, '>') }));

        RuleCase.Same(expected, Required(body).Objects("nodeSelectorTerms").Single().Objects("matchExpressions").Single());
    }

    [Fact]
    public void A_required_affinity_of_which_one_alternative_asks_for_nothing_any_more_requires_nothing()
    {
        const string Terms =
            "[{ matchExpressions: [{ key: pool, operator: Exists }] }, { matchExpressions: [{ key: a, operator: Exists }] }]";

        var body = RuleCase.Body(Affinity(Terms), With(new() { NodeSelectors = Map("pool>", '>') }));

        Assert.Null(Required(body));
    }

    [Theory]
    [InlineData("networking.k8s.io/v1", "Ingress", "{ rules: [{ host: HOST }], tls: [{ hosts: [HOST, x.net] }] }")]
    public void Hosts_of_built_in_kinds_are_mapped(string apiVersion, string kind, string spec)
    {
        var yaml =
            $"{{ apiVersion: {apiVersion}, kind: {kind}, metadata: {{ name: a, namespace: x, annotations: "
            + $"{{ external-dns.alpha.kubernetes.io/hostname: 'HOST,x.net' }} }}, spec: {spec} }}";

        var body = RuleCase.Body(
            yaml.Replace("HOST", "a.example.com", StringComparison.Ordinal),
            With(new() { Hosts = Map("a.example.com=b.net") })
        );

        var expected = YamlManifests.ParseOne(yaml.Replace("HOST", "b.net", StringComparison.Ordinal));
        Assert.Equal(expected["spec"]!.ToJsonString(), body["spec"]!.ToJsonString());
        Assert.Equal("b.net,x.net", body.Object("metadata").Object("annotations").Text("external-dns.alpha.kubernetes.io/hostname"));
    }

    [Theory]
    [InlineData(KnownTypes.Gateways, "{ listeners: [{ hostname: HOST }] }")]
    [InlineData(KnownTypes.HttpRoutes, "{ hostnames: [HOST], rules: [{ filters: [{ requestRedirect: { hostname: HOST } }] }] }")]
    [InlineData(KnownTypes.GrpcRoutes, "{ hostnames: [HOST, x.net] }")]
    [InlineData(KnownTypes.TlsRoutes, "{ hostnames: [HOST] }")]
    [InlineData(KnownTypes.OpenShiftRoutes, "{ host: HOST }")]
    [InlineData(KnownTypes.Certificates, "{ commonName: HOST, dnsNames: [HOST, x.net] }")]
    [InlineData(KnownTypes.DnsEndpoints, "{ endpoints: [{ dnsName: HOST, targets: [20.1.2.3] }] }")]
    public void Hosts_of_gateways_routes_and_certificates_are_mapped(string type, string spec)
    {
        var manifest = YamlManifests.ParseOne($"{{ spec: {spec.Replace("HOST", "a.example.com", StringComparison.Ordinal)} }}");

        HostPlaces.Edit(type, manifest, host => host == "a.example.com" ? "b.net" : host ?? "");

        RuleCase.Same($"{{ spec: {spec.Replace("HOST", "b.net", StringComparison.Ordinal)} }}", manifest);
    }

    [Theory]
    [InlineData("external-secrets.io", "externalsecrets", "{ spec: { data: [{ remoteRef: { key: OLD } }] } }")]
    [InlineData("external-secrets.io", "secretstores", "{ spec: { provider: { azurekv: { vaultUrl: OLD } } } }")]
    [InlineData("secrets-store.csi.x-k8s.io", "secretproviderclasses", "{ spec: { parameters: { keyvaultName: OLD } } }")]
    [InlineData("", "services", "{ spec: { loadBalancerIP: OLD, clusterIP: old-1 } }")]
    [InlineData("", "persistentvolumes", "{ spec: { csi: { volumeHandle: OLD } } }")]
    [InlineData("sql.azure.com", "servers", "{ spec: { azureName: OLD, owner: { armId: OLD }, location: old-1 } }")]
    [InlineData("a.upbound.io", "things", "{ spec: { providerConfigRef: {}, forProvider: { ids: [OLD, { id: OLD }] }, other: old-1 } }")]
    [InlineData("x", "things", "{ metadata: { annotations: { crossplane.io/external-name: OLD, other: old-1 } }, spec: { id: old-1 } }")]
    public void Whole_identifiers_are_mapped_where_operators_have_them(string group, string resource, string yaml)
    {
        var manifest = YamlManifests.ParseOne(yaml.Replace("OLD", "old-1", StringComparison.Ordinal));
        var set = MappingSet.Of(new() { ExternalIds = Map("old-1=new-1,old=never") });

        var uses = ExternalIdPlaces.Map(set, new(group, "v1", resource, "Thing", true), manifest);

        RuleCase.Same(yaml.Replace("OLD", "new-1", StringComparison.Ordinal), manifest);
        Assert.Equal(yaml.Split("OLD").Length - 1, uses.Count);
    }

    [Fact]
    public void Pull_secrets_of_images_that_come_from_elsewhere_are_warned_about()
    {
        const string Pod =
            "{ apiVersion: v1, kind: Pod, metadata: { name: a, namespace: x }, spec: { imagePullSecrets: [{ name: p }], "
            + "containers: [{ name: c, image: q.io/a }] } }";

        Assert.Single(
            new RuleCase { Request = With(new() { Registries = Map("q.io=m.net") }) }
                .Prepare(Pod)
                .Warnings
        );
        Assert.Empty(
            new RuleCase { Request = With(new() { Registries = Map("r.io=m.net") }) }
                .Prepare(Pod)
                .Warnings
        );
    }

    private static string Affinity(string terms) =>
        "{ apiVersion: v1, kind: Pod, metadata: { name: a, namespace: x }, spec: { affinity: { nodeAffinity: "
        + $"{{ requiredDuringSchedulingIgnoredDuringExecution: {{ nodeSelectorTerms: {terms} }} }} }} }} }}";

    private static System.Text.Json.Nodes.JsonObject? Required(System.Text.Json.Nodes.JsonObject pod) =>
        pod.Object("spec").Object("affinity").Object("nodeAffinity").Object("requiredDuringSchedulingIgnoredDuringExecution");

    private static string Wrapped(string kind, string apiVersion, string path, string podSpec)
    {
        var text = path.Split('.').Reverse().Aggregate(podSpec, (inner, member) => $"{{ {member}: {inner} }}");
        return $"{{ apiVersion: {apiVersion}, kind: {kind}, metadata: {{ name: a, namespace: x }}, {text[1..]}";
    }

    private static RestoreRequest With(Mappings mappings) => RuleCase.Plain with { Mappings = mappings };

    private static ImmutableSortedDictionary<string, string> Map(string text, char separator = '=') =>
        text.Split(',').Select(m => m.Split(separator, 2)).ToImmutableSortedDictionary(m => m[0], m => m[1], StringComparer.Ordinal);
}
