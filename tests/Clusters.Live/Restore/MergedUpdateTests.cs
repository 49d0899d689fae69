using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.TestKit.Restore;
using Xunit.Abstractions;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>
/// The plan of an update matches its effect: fields that it changes are as in the point afterwards, fields that it leaves are what a second
/// plan finds, and the second plan writes nothing.
/// </summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class MergedUpdateTests(LiveRestoreFixture live, ITestOutputHelper output)
{
    private const int Objects = 25;

    [SkippableTheory]
    [InlineData(0), InlineData(1), InlineData(2)]
    public async Task Of_custom_resources_with_a_generated_schema(int schema)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var group = $"merged-{schema}.example.com";
        using var target = new RestoreTarget(live.Cluster);
        var fields = Enumerable.Range(0, 6).Select(i => new GeneratedField($"f{i}", (FieldKind)((i + schema) % 6))).ToList();
        var type = await GateAsync(target, group, fields);
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() };
        for (var i = 0; i < Objects; i++)
        {
            await target.CreateAsync(type, "default", Gate(group, i, fields, random));
            sample.Add(type, Gate(group, i, fields, random));
        }

        await AssertPlanHoldsAsync(target, await sample.WriteAsync());
    }

    [SkippableFact]
    public async Task Of_built_in_types()
    {
        const string Ns = "merged";
        using var target = new RestoreTarget(live.Cluster);
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}"} }"""
        );
        var sample = new SampleRestore { ClusterUid = await target.UidAsync() };
        foreach (var (type, was, wanted) in BuiltIn)
        {
            await target.CreateAsync(type, Ns, was);
            var manifest = JsonNode.Parse(wanted)!.AsObject();
            manifest.Ensure("metadata")["namespace"] = Ns;
            sample.Add(type, manifest);
        }

        await AssertPlanHoldsAsync(target, await sample.WriteAsync());
    }

    private static async Task AssertPlanHoldsAsync(RestoreTarget target, RecoveryPointReader point)
    {
        var request = SampleRestore.RequestFor(point) with { Existing = ExistingPolicy.Update };
        var first = await PlanAsync(target, point, request, 1);

        var report = await target.ApplyAsync(first, point);
        var second = await PlanAsync(target, point, request, 2);

        Assert.True(
            report.Complete,
            string.Join("; ", report.Failures.Select(f => $"{f.Name}: {f.Reason}").Concat(report.Altered.Select(a => a.ToString())))
        );
        Assert.Contains(first.Steps, s => s.Action == StepAction.Update);
        foreach (var step in second.Steps)
        {
            var before = first.Steps.Single(s => (s.Resource, s.Name) == (step.Resource, step.Name));
            Assert.True(
                step.Action == StepAction.Unchanged,
                $"{step.Resource}/{step.Name} is not as in the point after the update: {string.Join("\n", step.Diff)}\nit was planned "
                    + $"as {string.Join("\n", before.Diff)}"
            );
            Assert.Equal(Texts(before.Diff.Where(d => d.Stays)), Texts(step.Diff));
        }
    }

    private static IEnumerable<string> Texts(IEnumerable<FieldDiff> diffs) =>
        diffs.Select(d => $"{d.Live} {d.Desired}").Order(StringComparer.Ordinal);

    private static Task<RestorePlan> PlanAsync(RestoreTarget target, RecoveryPointReader point, RestoreRequest request, int run) =>
        TargetPlanner.Of(point, target.Connection, TimeProvider.System).PlanAsync(request, $"{run:x12}", null, default);

    private static async Task<ResourceType> GateAsync(RestoreTarget target, string group, IEnumerable<GeneratedField> fields)
    {
        var spec = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.Schema()))),
        };
        var definition = new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"gates.{group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = group,
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject
                {
                    ["plural"] = "gates",
                    ["singular"] = "gate",
                    ["kind"] = "Gate",
                    ["listKind"] = "GateList",
                },
                ["versions"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "v1",
                        ["served"] = true,
                        ["storage"] = true,
                        ["schema"] = new JsonObject
                        {
                            ["openAPIV3Schema"] = new JsonObject
                            {
                                ["type"] = "object",
                                ["properties"] = new JsonObject { ["spec"] = spec },
                            },
                        },
                    }
                ),
            },
        };
        await target.CreateAsync(RestoreTarget.Definitions, null, definition.ToJsonString());
        var gates = new ResourceType(group, "v1", "gates", "Gate", true);
        while (
            (
                await new Clusters.Writing.ResourceWriter(target.Direct).GetAsync(RestoreTarget.Served(gates), "default", "none", default)
            ).Missing != Clusters.Writing.MissingPart.Object
        )
            await Task.Delay(50);
        return gates;
    }

    private static string Gate(string group, int number, IEnumerable<GeneratedField> fields, Random random) =>
        new JsonObject
        {
            ["apiVersion"] = $"{group}/v1",
            ["kind"] = "Gate",
            ["metadata"] = new JsonObject { ["name"] = $"g-{number}", ["namespace"] = "default" },
            ["spec"] = new JsonObject(
                fields.Where(_ => random.Next(5) > 0).Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.Value(random)))
            ),
        }.ToJsonString();

    private static readonly ResourceType Policies = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

    private static (ResourceType Type, string Live, string Point)[] BuiltIn =>
        [
            (
                RestoreTarget.Deployments,
                Deployment(
                    "web",
                    """{"disk":"ssd","zone":"a"}""",
                    """[{"name":"mesh","image":"m:1"},{"name":"web","image":"w:2","args":["a","b"],"env":"""
                        + """[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":53,"protocol":"UDP"},"""
                        + """{"containerPort":80}]}]"""
                ),
                Deployment(
                    "web",
                    """{"disk":"ssd"}""",
                    """[{"name":"web","image":"w:1","args":["a"],"env":[{"name":"B","value":"3"}],"ports":[{"containerPort":53"""
                        + ""","protocol":"TCP"}]}]"""
                )
            ),
            (
                RestoreTarget.Services,
                """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"w","old":"1"}"""
                    + ""","ports":[{"name":"a","port":80},{"name":"b","port":81}]} }""",
                """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"w"},"ports":"""
                    + """[{"name":"a","port":80,"protocol":"TCP","targetPort":8080}]} }"""
            ),
            (
                Policies,
                """{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"np"},"spec":{"podSelector":"""
                    + """{"matchLabels":{"app":"w","old":"1"} },"policyTypes":["Ingress","Egress"],"ingress":[{"ports":[{"port":1}]},"""
                    + """{"ports":[{"port":2}]}]} }""",
                """{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"np"},"spec":{"podSelector":"""
                    + """{"matchLabels":{"app":"w"} },"policyTypes":["Ingress"],"ingress":[{"ports":[{"port":1,"protocol":"TCP"}]}]} }"""
            ),
            (
                RestoreTarget.ServiceAccounts,
                """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot"},"imagePullSecrets":[{"name":"a"},"""
                    + """{"name":"b"}]}""",
                """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot","labels":{"x":"1"} },"imagePullSecrets":"""
                    + """[{"name":"b"},{"name":"c"}]}"""
            ),
            (
                RestoreTarget.ConfigMaps,
                """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","labels":{"old":"1"},"finalizers":"""
                    + """["example.com/a"]},"data":{"a":"1","b":"1"} }""",
                """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","labels":{"new":"1"},"finalizers":"""
                    + """["example.com/b"]},"data":{"b":"2"} }"""
            ),
        ];

    private static string Deployment(string name, string nodeSelector, string containers) =>
        $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}"},"spec":{"replicas":0,
             "selector":{"matchLabels":{"app":"w"} },
             "template":{"metadata":{"labels":{"app":"w"} },"spec":{"nodeSelector":{{nodeSelector}},"containers":{{containers}} } } } }
            """;

    private enum FieldKind
    {
        Plain,
        Set,
        Keyed,
        Map,
        AtomicMap,
        Nested,
    }

    private sealed record GeneratedField(string Name, FieldKind Kind)
    {
        private static JsonObject Text => new() { ["type"] = "string" };

        public JsonObject Schema() =>
            Kind switch
            {
                FieldKind.Plain => new() { ["type"] = "array", ["items"] = Text },
                FieldKind.Set => new()
                {
                    ["type"] = "array",
                    ["x-kubernetes-list-type"] = "set",
                    ["items"] = Text,
                },
                FieldKind.Keyed => new()
                {
                    ["type"] = "array",
                    ["x-kubernetes-list-type"] = "map",
                    ["x-kubernetes-list-map-keys"] = new JsonArray("id"),
                    ["items"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("id"),
                        ["properties"] = new JsonObject
                        {
                            ["id"] = Text,
                            ["a"] = Text,
                            ["list"] = new JsonObject { ["type"] = "array", ["items"] = Text },
                        },
                    },
                },
                FieldKind.Map => new() { ["type"] = "object", ["additionalProperties"] = Text },
                FieldKind.AtomicMap => new()
                {
                    ["type"] = "object",
                    ["x-kubernetes-map-type"] = "atomic",
                    ["additionalProperties"] = Text,
                },
                _ => new()
                {
                    ["type"] = "object",
                    ["x-kubernetes-preserve-unknown-fields"] = true,
                    ["properties"] = new JsonObject { ["inner"] = new GeneratedField("inner", FieldKind.Keyed).Schema() },
                },
            };

        public JsonNode Value(Random random) =>
            Kind switch
            {
                FieldKind.Plain or FieldKind.Set => new JsonArray([.. Some(random).Select(t => JsonValue.Create(t))]),
                FieldKind.Keyed => new JsonArray([.. Some(random).Select(t => Item(t, random))]),
                FieldKind.Map or FieldKind.AtomicMap => new JsonObject(
                    Some(random).Select(t => KeyValuePair.Create(t, (JsonNode?)JsonValue.Create($"{random.Next(2)}")))
                ),
                _ => new JsonObject
                {
                    ["inner"] = new GeneratedField("inner", FieldKind.Keyed).Value(random),
                    ["free"] = new GeneratedField("free", FieldKind.Plain).Value(random),
                },
            };

        private static JsonNode Item(string id, Random random)
        {
            var item = new JsonObject { ["id"] = id };
            if (random.Next(2) == 0)
                item["a"] = $"{random.Next(2)}";
            if (random.Next(2) == 0)
                item["list"] = new GeneratedField("list", FieldKind.Plain).Value(random);
            return item;
        }

        /// <summary>Some of four words, each once, in any order.</summary>
        private static IEnumerable<string> Some(Random random)
        {
            string[] words = ["a", "b", "c", "d"];
            random.Shuffle(words);
            return words.Take(random.Next(5));
        }
    }
}
