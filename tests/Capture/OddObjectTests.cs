using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;

namespace Holdfast.Capture.Tests;

/// <summary>No object stops a capture: what can't be stored is a gap that names it, and all others are captured.</summary>
public sealed class OddObjectTests : IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private static readonly AnswerLimits Small = new() { ObjectBytes = 256 << 10 };
    private readonly MemoryStore vault = new(TimeProvider.System);
    private SimulatedCluster cluster = null!;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new(), default);
        await cluster.SeedSampleApplicationAsync(default);
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public static TheoryData<string, string> Odd =>
        new()
        {
            {
                "large",
                $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"odd"},"data":{"k":"{{new string('x', 900 << 10)}}"} }"""
            },
            { "deep", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"odd"},"data":{{Nested(1100)}} }""" },
        };

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task An_object_that_can_not_be_stored_is_a_gap_that_names_it_and_its_segment_is_whole_without_it(
        string what,
        string manifest
    )
    {
        var before = await CaptureAsync();
        await CreateAsync(manifest);

        var report = await CaptureAsync();
        var again = await CaptureAsync();

        foreach (var odd in new[] { report, again })
        {
            var gap = Assert.Single(odd.Gaps);
            Assert.Equal((CaptureState.Partial, "configmaps", "shop"), (odd.State, gap.Resource, gap.Namespace));
            Assert.Contains("'odd'", gap.Reason);
            Assert.Equal(before.Objects, odd.Objects);
            Assert.Equal(TypeState.Captured, odd.Types.Single(t => t.Type.GroupResource == "configmaps").State);
        }
        Assert.True((await PointVerifier.VerifyAsync(vault, Name, null, SealTrust.Anyone, null, default)).Intact, what);
    }

    [Fact]
    public async Task A_definition_nested_deeper_than_a_readers_default_is_captured_with_its_objects()
    {
        await CreateAsync(
            $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"deeps.test.dev"},
             "spec":{"group":"test.dev","scope":"Namespaced","names":{"plural":"deeps","kind":"Deep"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{{Nested(
                40
            )}} } } }]} }
            """,
            "customresourcedefinitions",
            null
        );

        var report = await CaptureAsync();

        Assert.Equal(CaptureState.Succeeded, report.State);
        Assert.Contains(report.Types, t => t is { Type.Resource: "deeps", State: TypeState.Captured });
    }

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("""{"p":""", levels)) + "{}" + new string('}', levels);

    private async Task CreateAsync(string manifest, string resource = "configmaps", string? ns = "shop")
    {
        using var connection = Connect();
        var type = (await Discovery.ReadAsync(connection, default)).Resources.First(r => r.Resource == resource);
        var result = await new ResourceWriter(connection).CreateAsync(type, ns, Encoding.UTF8.GetBytes(manifest), new("tests"), default);
        Assert.Equal(201, result.Code);
        // The server has what is nested deeper than its answers are read, and its writer can't know it.
        if (!manifest.Contains(Nested(1100), StringComparison.Ordinal))
            Assert.Equal(WriteStatus.Done, result.Status);
    }

    private async Task<CaptureReport> CaptureAsync()
    {
        using var connection = Connect();
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
    }

    private ClusterConnection Connect() =>
        new(
            new()
            {
                Server = cluster.Server,
                Token = (_, _) => new(cluster.Token),
                Limits = Small,
            },
            TimeProvider.System
        );
}
