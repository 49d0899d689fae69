using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Clusters.Live.Tests.ClusterSuite;

/// <summary>
/// Random writes by several managers, sent to a real server and to the simulator alike: both must answer alike and agree on who owns what.
/// </summary>
[Collection(LiveClusterCollection.Name)]
public sealed class OwnershipDifferenceTests(LiveClusterFixture live) : IAsyncLifetime
{
    private static readonly string[] Managers = ["gitops", "editor", "operator"];

    private SimulatedTestCluster simulator = null!;

    public async Task InitializeAsync() => simulator = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync() => await simulator.DisposeAsync();

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_writes_leave_the_same_content_and_the_same_owners(int seed)
    {
        using var real = new ClusterRequests(live.Cluster.Endpoint);
        using var simulated = new ClusterRequests(simulator.Endpoint);
        var ns = $"difference-{Environment.ProcessId}-{seed}";
        foreach (var api in (ClusterRequests[])[real, simulated])
            await api.PostAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } }.ToJsonString());
        var random = new Random(seed);
        List<string> trace = [];
        for (var i = 0; i < 60; i++)
        {
            var (path, body, contentType) = NextWrite(random, ns);
            trace.Add($"{path} {contentType} {body}");
            var (expected, actual) = (await real.PatchAsync(path, body, contentType), await simulated.PatchAsync(path, body, contentType));
            Assert.True(expected.Code == actual.Code, $"{string.Join('\n', trace)}\nreal: {expected.Text}\nsimulated: {actual.Text}");
            if (expected.Code < 300)
                Assert.True(
                    JsonNode.DeepEquals(Comparable(expected), Comparable(actual)),
                    $"{string.Join('\n', trace)}\nreal: {Comparable(expected)}\nsimulated: {Comparable(actual)}"
                );
        }
    }

    private static (string Path, string Body, string ContentType) NextWrite(Random random, string ns)
    {
        var manager = random.GetItems(Managers, 1)[0];
        var path = $"/api/v1/namespaces/{ns}/configmaps/cm?fieldManager={manager}";
        var body = new JsonObject
        {
            ["data"] = Values(random, withNulls: false),
            ["metadata"] = new JsonObject { ["name"] = "cm", ["labels"] = Values(random, withNulls: false) },
        };
        if (random.Next(3) > 0)
        {
            body["apiVersion"] = "v1";
            body["kind"] = "ConfigMap";
            return ($"{path}{(random.Next(2) == 0 ? "&force=true" : "")}", body.ToJsonString(), ClusterRequests.Apply);
        }
        // No map is new to a patch: the form of a manager that owns only the map itself is ambiguous, and 1.20 then gives it all of the
        // map's keys.
        return (path, new JsonObject { ["data"] = Values(random, withNulls: true) }.ToJsonString(), ClusterRequests.Merge);
    }

    // Never empty: a real server drops empty maps that a type's schema calls optional, and the simulator knows no schema.
    private static JsonObject Values(Random random, bool withNulls)
    {
        var values = new JsonObject { ["a"] = $"{random.Next(2)}" };
        foreach (var key in (string[])["b", "c", "d"])
        {
            if (random.Next(2) == 0)
                values[key] = withNulls && random.Next(3) == 0 ? null : $"{random.Next(2)}";
        }
        return values;
    }

    // Both must agree on the content and each manager's fields, without times and identities.
    private static JsonObject Comparable(Answer answer)
    {
        var owners = new JsonObject();
        foreach (var entry in answer.Metadata["managedFields"]?.AsArray() ?? [])
            owners[$"{(string)entry!["manager"]!} {(string)entry["operation"]!}"] = Sorted(entry["fieldsV1"]!.AsObject());
        return new JsonObject
        {
            ["data"] = Sorted(answer["data"]?.AsObject() ?? []),
            ["labels"] = Sorted(answer.Metadata["labels"]?.AsObject() ?? []),
            ["owners"] = owners,
        };
    }

    private static JsonObject Sorted(JsonObject fields) =>
        new(
            fields
                .OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => KeyValuePair.Create(f.Key, f.Value is JsonObject inner ? Sorted(inner) : f.Value?.DeepClone()))
        );
}
