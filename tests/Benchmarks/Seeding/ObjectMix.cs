using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Benchmarks.Seeding;

/// <summary>
/// A cluster's worth of objects of mixed kinds over 50 namespaces, always the same for the same count: configmaps, secrets, pods,
/// deployments, replicasets, headless services, service accounts, roles and bindings, and a custom type.
/// </summary>
/// <param name="custom">The same objects, each kind as a custom type: for a server that serves no others.</param>
internal sealed class ObjectMix(int count, bool custom = false)
{
    public const int Namespaces = 50;
    private const string Group = "bench.holdfast.dev";
    private static readonly ImmutableArray<string> Kinds =
    [
        "ConfigMap",
        "Secret",
        "Pod",
        "Deployment",
        "ReplicaSet",
        "Service",
        "ServiceAccount",
        "Role",
    ];
    private readonly Random random = new(20261122);

    /// <summary>In waves that must be posted one after the other: the custom type, namespaces, all the rest.</summary>
    public IEnumerable<IReadOnlyList<PreparedPost>> Waves()
    {
        ImmutableArray<string> defined = ["Widget", .. custom ? Kinds : []];
        yield return
        [
            .. defined.Select(kind => new PreparedPost("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Bytes(Definition(kind)))),
        ];
        yield return
        [
            .. Enumerable
                .Range(0, Namespaces)
                .Select(i => new PreparedPost("/api/v1/namespaces", Bytes(Named("v1", "Namespace", Namespace(i))))),
        ];
        yield return [.. Enumerable.Range(0, count - Namespaces - defined.Length).Select(Object)];
    }

    private static string Namespace(int i) => $"team-{i:00}";

    private PreparedPost Object(int i)
    {
        var ns = Namespace(i % Namespaces);
        var (api, manifest) = (i / Namespaces % 20) switch
        {
            < 6 => ("api/v1|configmaps", ConfigMap(i)),
            < 11 => ("api/v1|secrets", Secret(i)),
            < 14 => ("api/v1|pods", Pod(i)),
            < 16 => ("apis/apps/v1|deployments", Workload("Deployment", i)),
            16 => ("apis/apps/v1|replicasets", Workload("ReplicaSet", i)),
            17 => ("api/v1|services", Service(i)),
            18 => i % 3 == 0
                ? ("api/v1|serviceaccounts", Named("v1", "ServiceAccount", $"account-{i}"))
                : ("apis/rbac.authorization.k8s.io/v1|roles", Role(i)),
            _ => ("apis/bench.holdfast.dev/v1|widgets", Widget(i)),
        };
        var (root, resource) = (api[..api.IndexOf('|', StringComparison.Ordinal)], api[(api.IndexOf('|', StringComparison.Ordinal) + 1)..]);
        if (custom)
            (root, manifest["apiVersion"]) = ($"apis/{Group}/v1", $"{Group}/v1");
        return new($"/{root}/namespaces/{ns}/{resource}", Bytes(manifest));
    }

    private JsonObject ConfigMap(int i)
    {
        var manifest = Named("v1", "ConfigMap", $"settings-{i}");
        var lines = new StringBuilder();
        for (var line = random.Next(5, 30); line > 0; line--)
            lines.Append(CultureInfo.InvariantCulture, $"feature.{random.Next(1000)}.enabled={(random.Next(2) == 0 ? "true" : "false")}\n");
        manifest["data"] = new JsonObject
        {
            ["application.properties"] = lines.ToString(),
            ["LOG_LEVEL"] = "info",
            ["REGION"] = "westeurope",
        };
        return manifest;
    }

    private JsonObject Secret(int i)
    {
        var manifest = Named("v1", "Secret", $"credentials-{i}");
        manifest["type"] = "Opaque";
        manifest["data"] = new JsonObject
        {
            ["username"] = Base64(12),
            ["password"] = Base64(24),
            ["token"] = Base64(random.Next(64, 400)),
        };
        return manifest;
    }

    private JsonObject Pod(int i)
    {
        var manifest = Named("v1", "Pod", $"worker-{i}");
        manifest["spec"] = PodSpec(i);
        return manifest;
    }

    private JsonObject Workload(string kind, int i)
    {
        var manifest = Named("apps/v1", kind, $"web-{i}");
        manifest["spec"] = new JsonObject
        {
            ["replicas"] = 3,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = $"web-{i}" } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = $"web-{i}" } },
                ["spec"] = PodSpec(i),
            },
        };
        return manifest;
    }

    private JsonObject PodSpec(int i) =>
        new()
        {
            ["containers"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "app",
                    ["image"] = $"registry.example/shop/app:{i % 97}.{i % 13}",
                    ["env"] = new JsonArray([
                        .. Enumerable
                            .Range(0, random.Next(2, 8))
                            .Select(e => new JsonObject { ["name"] = $"SETTING_{e}", ["value"] = $"value-{random.Next(10000)}" }),
                    ]),
                    ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8080, ["name"] = "http" }),
                    ["resources"] = new JsonObject
                    {
                        ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" },
                        ["limits"] = new JsonObject { ["memory"] = "256Mi" },
                    },
                    ["readinessProbe"] = new JsonObject
                    {
                        ["httpGet"] = new JsonObject { ["path"] = "/healthz", ["port"] = 8080 },
                    },
                }
            ),
        };

    private static JsonObject Service(int i)
    {
        var manifest = Named("v1", "Service", $"backend-{i}");
        manifest["spec"] = new JsonObject
        {
            ["clusterIP"] = "None",
            ["selector"] = new JsonObject { ["app"] = $"web-{i}" },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = 8080 }),
        };
        return manifest;
    }

    private static JsonObject Role(int i)
    {
        var manifest = Named("rbac.authorization.k8s.io/v1", "Role", $"reader-{i}");
        manifest["rules"] = new JsonArray(
            new JsonObject
            {
                ["apiGroups"] = new JsonArray(""),
                ["resources"] = new JsonArray("pods", "configmaps"),
                ["verbs"] = new JsonArray("get", "list", "watch"),
            }
        );
        return manifest;
    }

    private JsonObject Widget(int i)
    {
        var manifest = Named("bench.holdfast.dev/v1", "Widget", $"widget-{i}");
        manifest["spec"] = new JsonObject
        {
            ["size"] = random.Next(100),
            ["colour"] = "blue",
            ["description"] = new string('x', random.Next(50, 300)),
        };
        return manifest;
    }

    /// <summary>Its schema keeps whatever a manifest has.</summary>
    private static JsonObject Definition(string kind)
    {
        var singular = kind.ToLowerInvariant();
        return new()
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{singular}s.{Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = Group,
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject
                {
                    ["plural"] = singular + "s",
                    ["singular"] = singular,
                    ["kind"] = kind,
                    ["listKind"] = kind + "List",
                },
                ["versions"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "v1",
                        ["served"] = true,
                        ["storage"] = true,
                        ["schema"] = new JsonObject
                        {
                            ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true },
                        },
                    }
                ),
            },
        };
    }

    private static JsonObject Named(string apiVersion, string kind, string name) =>
        new()
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject
                {
                    ["app.kubernetes.io/name"] = name,
                    ["app.kubernetes.io/part-of"] = "bench",
                    ["tier"] = name.Length % 2 == 0 ? "front" : "back",
                },
                ["annotations"] = new JsonObject
                {
                    ["bench.holdfast.dev/checksum"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))),
                },
            },
        };

    private string Base64(int bytes)
    {
        var buffer = new byte[bytes];
        random.NextBytes(buffer);
        return Convert.ToBase64String(buffer);
    }

    private static byte[] Bytes(JsonObject manifest) => Encoding.UTF8.GetBytes(manifest.ToJsonString());
}
