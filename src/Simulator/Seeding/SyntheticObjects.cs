using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;

namespace Holdfast.Simulator.Seeding;

/// <summary>
/// Many small objects of mixed kinds over many namespaces, with realistic sizes. They depend only on their number, so clusters seeded with
/// the same count have the same content.
/// </summary>
internal static class SyntheticObjects
{
    private const string Manager = "synthetic";

    private static readonly Func<int, JsonObject>[] Kinds =
    [
        ConfigMap,
        Secret,
        ConfigMap,
        ServiceAccount,
        Secret,
        Role,
        ConfigMap,
        Claim,
        Pod,
        Service,
    ];

    /// <param name="count">Number of objects, without the namespaces.</param>
    public static void Seed(ClusterObjects objects, int count, int namespaces)
    {
        for (var i = 0; i < namespaces; i++)
        {
            var ns = Namespace(i);
            if (objects.Find(objects.Types.Namespaces, null, ns) is null)
                objects.Writer.Create(
                    objects.Types.Namespaces,
                    null,
                    new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } },
                    new WriteContext(Manager)
                );
        }
        for (var i = 0; i < count; i++)
        {
            var manifest = Kinds[i % Kinds.Length](i);
            manifest["metadata"] = new JsonObject
            {
                ["name"] = $"{((string)manifest["kind"]!).ToLowerInvariant()}-{i:D6}",
                ["namespace"] = Namespace(i / Kinds.Length % namespaces),
                ["labels"] = new JsonObject { ["app"] = $"app-{i % 37}", ["tier"] = i % 3 == 0 ? "front" : "back" },
            };
            objects.Create(manifest, Manager);
        }
    }

    private static string Namespace(int i) => $"synthetic-{i:D4}";

    private static JsonObject ConfigMap(int i) =>
        Of("v1", "ConfigMap", ("data", new JsonObject { ["index"] = i.ToString(), ["content"] = Filler(i, 200 + (i % 7 * 90)) }));

    private static JsonObject Secret(int i) =>
        Of(
            "v1",
            "Secret",
            ("data", new JsonObject { ["password"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Filler(i, 90))) })
        );

    private static JsonObject ServiceAccount(int i) => Of("v1", "ServiceAccount");

    private static JsonObject Role(int i) =>
        Of(
            "rbac.authorization.k8s.io/v1",
            "Role",
            (
                "rules",
                new JsonArray(
                    new JsonObject
                    {
                        ["apiGroups"] = new JsonArray(""),
                        ["resources"] = new JsonArray("configmaps", "secrets"),
                        ["verbs"] = new JsonArray("get", "list", "watch"),
                    }
                )
            )
        );

    private static JsonObject Claim(int i) =>
        Of(
            "v1",
            "PersistentVolumeClaim",
            (
                "spec",
                new JsonObject
                {
                    ["accessModes"] = new JsonArray("ReadWriteOnce"),
                    ["storageClassName"] = "fast",
                    ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = $"{1 + (i % 100)}Gi" } },
                }
            )
        );

    private static JsonObject Pod(int i) =>
        Of(
            "v1",
            "Pod",
            (
                "spec",
                new JsonObject
                {
                    ["serviceAccountName"] = "default",
                    ["containers"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "main",
                            ["image"] = $"registry.example.com/synthetic/app-{i % 37}:{i % 11}.0",
                            ["env"] = new JsonArray([
                                .. Enumerable
                                    .Range(0, 8)
                                    .Select(n => new JsonObject { ["name"] = $"SETTING_{n}", ["value"] = Filler(i + n, 24) }),
                            ]),
                            ["resources"] = new JsonObject
                            {
                                ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" },
                            },
                        }
                    ),
                }
            )
        );

    private static JsonObject Service(int i) =>
        Of(
            "v1",
            "Service",
            (
                "spec",
                new JsonObject
                {
                    ["selector"] = new JsonObject { ["app"] = $"app-{i % 37}" },
                    ["ports"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "http",
                            ["port"] = 80,
                            ["protocol"] = "TCP",
                            ["targetPort"] = 8080,
                        }
                    ),
                }
            )
        );

    private static JsonObject Of(string apiVersion, string kind, params (string Field, JsonNode Value)[] content)
    {
        var manifest = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        foreach (var (field, value) in content)
            manifest[field] = value;
        return manifest;
    }

    // Text that compresses about as well as configuration does.
    private static string Filler(int seed, int length) =>
        string.Create(
            length,
            seed,
            static (text, seed) =>
            {
                var state = (uint)seed * 2654435761u;
                for (var i = 0; i < text.Length; i++)
                {
                    state = (state * 1664525u) + 1013904223u;
                    text[i] = i % 9 == 8 ? ' ' : (char)('a' + ((state >> 24) % 17));
                }
            }
        );
}
