using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Live.Tests.Restore;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>One object of <see cref="RealWorld"/>.</summary>
internal sealed record RealObject(ResourceType Type, JsonObject Manifest)
{
    public string? Namespace => RoundTripCluster.Ns(Manifest);

    public string Name => RoundTripCluster.NameOf(Manifest);
}

/// <summary>
/// What a cluster with some operators holds: 95 definitions in 19 groups, 29 namespaces, and at least 1,013 objects with these. Schemas are
/// structural and some hundred lines long, with defaults and lists of every kind; each type has an older version that is served too, no
/// conversion, and a status subresource.
/// </summary>
internal static class RealWorld
{
    public const int Definitions = 95;
    public const int Namespaces = 29;
    private const int Groups = 19;
    private const int InstancesEach = 5;

    private static readonly string[] Components = ["server", "agent", "proxy", "store", "backup", "monitor"];

    private const string Component = """
        {"type":"object","description":"One part of the application, and how it runs.","properties":{
          "replicas":{"type":"integer","format":"int32","minimum":0,"default":1},
          "image":{"type":"string","maxLength":255,"pattern":"^[a-z0-9./:-]*$"},
          "policy":{"type":"string","enum":["Always","IfNotPresent","Never"],"default":"IfNotPresent"},
          "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],"items":{
            "type":"object","required":["port"],"properties":{
              "name":{"type":"string"},
              "port":{"type":"integer","minimum":1,"maximum":65535},
              "protocol":{"type":"string","enum":["TCP","UDP"],"default":"TCP"}}}},
          "zones":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "args":{"type":"array","items":{"type":"string"}},
          "resources":{"type":"object","properties":{
            "limits":{"type":"object","additionalProperties":{
              "anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}},
            "requests":{"type":"object","additionalProperties":{
              "anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}}}},
          "selector":{"type":"object","x-kubernetes-map-type":"atomic","properties":{
            "matchLabels":{"type":"object","additionalProperties":{"type":"string"}}}},
          "tolerations":{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"object","properties":{
            "key":{"type":"string"},"operator":{"type":"string","default":"Equal"},"value":{"type":"string"}}}},
          "config":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
          "template":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}
        """;

    private const string Status = """
        {"type":"object","properties":{
          "phase":{"type":"string"},
          "observedGeneration":{"type":"integer","format":"int64"},
          "conditions":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["type"],"items":{
            "type":"object","required":["type","status"],"properties":{
              "type":{"type":"string"},"status":{"type":"string"},"reason":{"type":"string"},"message":{"type":"string"},
              "lastTransitionTime":{"type":"string","format":"date-time"}}}}}}
        """;

    /// <summary>In an order in which they can be created.</summary>
    public static ImmutableArray<RealObject> Objects { get; } =
    [
        .. Enumerable.Range(0, Definitions).Select(Definition),
        .. Enumerable.Range(0, Namespaces).Select(n => Of(RestoreTarget.Namespaces, RestoreTarget.Namespace(NamespaceOf(n)))),
        .. Enumerable.Range(0, Namespaces).SelectMany(n => Application(NamespaceOf(n))),
        .. Enumerable.Range(0, Definitions).SelectMany(d => Enumerable.Range(0, InstancesEach).Select(i => Instance(d, i))),
    ];

    public static string NamespaceOf(int number) => $"trip-{number:00}";

    private static string GroupOf(int definition) => $"operator-{definition % Groups:00}.example.com";

    private static RealObject Of(ResourceType type, string manifest) => new(type, (JsonObject)JsonNode.Parse(manifest)!);

    private static RealObject Definition(int d)
    {
        var manifest = (JsonObject)
            JsonNode.Parse(
                $$"""
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things{{d}}.{{GroupOf(d)}}"},
                 "spec":{"group":"{{GroupOf(d)}}","scope":"Namespaced","conversion":{"strategy":"None"},
                 "names":{"plural":"things{{d}}","singular":"thing{{d}}","kind":"Thing{{d}}","listKind":"Thing{{d}}List",
                   "shortNames":["t{{d}}"]} } }
                """
            )!;
        manifest["spec"]!["versions"] = new JsonArray(Version("v1alpha1", storage: false), Version("v1", storage: true));
        return new(RestoreTarget.Definitions, manifest);
    }

    private static JsonObject Version(string name, bool storage)
    {
        var parts = new JsonObject(Components.Select(c => KeyValuePair.Create(c, JsonNode.Parse(Component))));
        return new()
        {
            ["name"] = name,
            ["served"] = true,
            ["storage"] = storage,
            ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
            ["schema"] = new JsonObject
            {
                ["openAPIV3Schema"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["spec"] = new JsonObject { ["type"] = "object", ["properties"] = parts },
                        ["status"] = JsonNode.Parse(Status),
                    },
                },
            },
        };
    }

    private static RealObject Instance(int d, int i) =>
        Of(
            new(GroupOf(d), "v1", $"things{d}", $"Thing{d}", true),
            $$"""
            {"apiVersion":"{{GroupOf(d)}}/v1","kind":"Thing{{d}}","metadata":{"name":"thing-{{d}}-{{i}}",
             "namespace":"{{NamespaceOf(((d * InstancesEach) + i) % Namespaces)}}"},
             "spec":{"server":{"image":"x/y:1","ports":[{"port":80},{"port":80,"protocol":"UDP"}],"zones":["a","b"],
               "resources":{"limits":{"cpu":1,"memory":"1Gi"} },"selector":{"matchLabels":{"app":"a"} },"tolerations":[{"key":"k"}]},
             "agent":{"args":["--verbose","--level=2"],"config":{"any":{"deep":[1,"2",null]} },
               "template":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"made"},"data":{"k":"v"} } } } }
            """
        );

    private static IEnumerable<RealObject> Application(string ns)
    {
        var named = (string kind, string name) =>
            $$"""
                "apiVersion":"v1","kind":"{{kind}}","metadata":{"name":"{{name}}","namespace":"{{ns}}"}
                """;
        for (var i = 0; i < 5; i++)
            yield return Of(RestoreTarget.ConfigMaps, $$"""{ {{named("ConfigMap", $"settings-{i}")}},"data":{"k":"{{i}}"} }""");
        for (var i = 0; i < 3; i++)
            yield return Of(RestoreTarget.Secrets, $$"""{ {{named("Secret", $"password-{i}")}},"data":{"p":"eA=="} }""");
        for (var i = 0; i < 2; i++)
            yield return Of(
                RestoreTarget.Services,
                $$"""
                { {{named("Service", $"web-{i}")}},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]} }
                """
            );
        yield return Of(RestoreTarget.ServiceAccounts, $$"""{ {{named("ServiceAccount", "web")}} }""");
        yield return Of(
            RestoreTarget.Deployments,
            $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"{{ns}}"},"spec":{"replicas":0,
             "selector":{"matchLabels":{"app":"web"} },
             "template":{"metadata":{"labels":{"app":"web"} },"spec":{"containers":[{"name":"c","image":"x/y:1"}]} } } }
            """
        );
        yield return Of(
            new("rbac.authorization.k8s.io", "v1", "roles", "Role", true),
            $$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"web","namespace":"{{ns}}"},
             "rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}]}
            """
        );
        yield return Of(
            new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true),
            $$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"web","namespace":"{{ns}}"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"web"},
             "subjects":[{"kind":"ServiceAccount","name":"web","namespace":"{{ns}}"}]}
            """
        );
        yield return Of(
            new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true),
            $$"""
            {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"web","namespace":"{{ns}}"},
             "spec":{"podSelector":{},"policyTypes":["Ingress"]} }
            """
        );
    }
}
