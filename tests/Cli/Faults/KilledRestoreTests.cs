using Holdfast.Archive.Stores;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Scenarios;
using Xunit.Abstractions;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>At scale, on the simulator; tests/Clusters.Live has the same with every kind on a real server.</summary>
public sealed class KilledRestoreTests(ITestOutputHelper output)
{
    private const int Objects = 20_000;
    private const int Kills = 20;

    [Fact]
    public async Task A_restore_of_20_000_objects_killed_at_20_moments_ends_equal_to_one_that_was_not()
    {
        var random = PrintedSeed.Random(output);
        using var holdfast = new HoldfastProgram();
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        await CaptureAsync(holdfast);
        await using var unbroken = await SimulatedTestCluster.StartAsync(new() { MakesObjects = false });
        await using var resumed = await SimulatedTestCluster.StartAsync(new() { MakesObjects = false });

        var whole = await RestoreAsync(holdfast, unbroken);
        await RestoreAsync(holdfast, resumed, KilledRestore.Moments(random, Kills, whole));

        var (expected, found) = (await ReadAsync(unbroken), await ReadAsync(resumed));
        Assert.Equal(expected.Keys, found.Keys);
        Assert.All(found.Keys, k => Assert.Empty(expected.Unlike(found, k)));
    }

    private static async Task CaptureAsync(HoldfastProgram holdfast)
    {
        await using var source = await SimulatedTestCluster.StartAsync(new() { MakesObjects = false });
        await source.Simulator.SeedSyntheticAsync(Objects, 20, CancellationToken.None);
        var captured = await holdfast.RunAsync("capture", "--cluster", "west", "--kubeconfig", source.KubeconfigPath);
        Assert.True(captured.Exit == 0, captured.Error);
    }

    /// <returns>How many bytes of outcomes the run noted.</returns>
    private static async Task<long> RestoreAsync(HoldfastProgram holdfast, SimulatedTestCluster target, params long[] moments)
    {
        holdfast.Variables["KUBECONFIG"] = target.KubeconfigPath;
        var plan = Path.Combine(holdfast.Home, $"plan-{moments.Length}.json");
        var planned = await holdfast.RunAsync("plan", "latest", "--cluster", "west", "--into-other-cluster", "--out", plan, "-o", "json");
        Assert.True(planned.Exit == 0, planned.Error);
        var restore = new KilledRestore(holdfast, plan, (string)planned.Json["run"]!);
        var end = await restore.RunAsync(moments);
        Assert.True(end.Exit == 0, end.Error + end.Out);
        return restore.Noted;
    }

    private static async Task<ClusterContent> ReadAsync(SimulatedTestCluster server)
    {
        using var cluster = await ScenarioCluster.OfAsync(server);
        return await ClusterContent.ReadAsync(await cluster.CaptureAsync(new MemoryStore()));
    }
}
