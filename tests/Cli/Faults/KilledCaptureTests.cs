using System.Security.Cryptography;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Cli.Tests.Faults;

public sealed class KilledCaptureTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_capture_killed_at_any_moment_leaves_no_readable_half_point_and_the_next_one_succeeds()
    {
        await using var bench = await Workbench.StartAsync();
        await bench.Cluster.SeedSyntheticAsync(3_000, 12, CancellationToken.None);
        using var counter = bench.Cluster.Inject(new Simulator.Faults.Fault(""));
        var endpoint = new Holdfast.Clusters.Connections.ClusterEndpoint
        {
            Server = bench.Cluster.Server,
            Token = (_, _) => new(bench.Cluster.Token),
        };

        await new Killing(bench.Holdfast, endpoint, () => counter.Struck, output).RunAsync(
            times: 20,
            RandomNumberGenerator.GetInt32(int.MaxValue)
        );

        var (points, verify) = (await bench.RunAsync("points -o json"), await bench.RunAsync("verify latest --cluster killed-00 -o json"));
        Assert.Equal((0, 0), (points.Exit, verify.Exit));
        Assert.True(points.Json.AsArray().Count >= 21);
    }
}

/// <summary>The same with a real API server behind a proxy that only counts.</summary>
public sealed class LiveKilledCaptureTests(PlainCluster live, ITestOutputHelper output) : IClassFixture<PlainCluster>
{
    [SkippableFact]
    public async Task A_capture_killed_at_any_moment_leaves_no_readable_half_point_and_the_next_one_succeeds()
    {
        await SeedAsync(live.Cluster);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var holdfast = new HoldfastProgram { Variables = { ["KUBECONFIG"] = proxy.KubeconfigPath } };
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;

        await new Killing(holdfast, live.Cluster.Endpoint, () => proxy.Requests.Count, output).RunAsync(
            times: 6,
            RandomNumberGenerator.GetInt32(int.MaxValue)
        );
    }

    private static async Task SeedAsync(LiveCluster cluster)
    {
        var maps = Enumerable
            .Range(0, 200)
            .Select(i =>
                $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map-{{{i}}}"},"data":"""
                + $$$"""{"text":"{{{new string('t', 500)}}}"}}"""
            );
        await cluster.KubectlAsync(["create", "-n", "default", "-f", "-"], string.Join('\n', maps));
    }
}

/// <summary>A real API server alone: nothing else changes anything.</summary>
public sealed class PlainCluster : LiveClusterFixture
{
    protected override LiveClusterOptions Options => new() { ControllerManager = false };
}
