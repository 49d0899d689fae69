using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// The program is killed with signal 9, again and again, while it restores everything; what it resumes to is what it would have made in one
/// go.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class KilledRestoreTests(RoundTripFixture live, ITestOutputHelper output)
{
    private const int Kills = 5;

    [SkippableFact]
    public async Task A_restore_killed_at_random_moments_and_resumed_ends_equal_to_one_that_was_not()
    {
        var random = PrintedSeed.Random(output);
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        using var holdfast = new HoldfastProgram(live.Cluster.KubeconfigPath);
        await using var kinds = new EveryKind(cluster);
        var vault = new FolderStore(holdfast.Vault, TimeProvider.System);
        await kinds.SeedAsync();
        var before = await kinds.QuietPointAsync(vault);
        await kinds.WipeAsync();
        var whole = await RestoreAsync(holdfast, before);
        var unbroken = await kinds.EqualPointAsync(vault, before, EveryKindTests.ComesOtherwise);
        await kinds.WipeAsync();

        await RestoreAsync(holdfast, before, KilledRestore.Moments(random, Kills, whole));

        var resumed = await kinds.EqualPointAsync(vault, unbroken, ["nodes /worker-1"]);
        Assert.True(resumed.Seal.Sequence > unbroken.Seal.Sequence);
    }

    /// <param name="moments">To kill it at.</param>
    /// <returns>How many bytes of outcomes the run noted.</returns>
    private static async Task<long> RestoreAsync(HoldfastProgram holdfast, RecoveryPointReader point, params long[] moments)
    {
        var plan = Path.Combine(holdfast.Home, $"plan-{moments.Length}.json");
        var planned = await holdfast.RunAsync(
            "plan",
            $"{point.Seal.Point}",
            "--cluster",
            $"{RoundTripCluster.Name}",
            "--status",
            "--out",
            plan,
            "-o",
            "json"
        );
        Assert.True(planned.Exit == 0, planned.Error);
        var restore = new KilledRestore(holdfast, plan, (string)planned.Json["run"]!);
        var end = await restore.RunAsync(moments);
        // The volume that isn't adopted makes it partial.
        Assert.True(end.Exit == 3 && end.Json["failures"]!.AsArray().Count == 0, end.Error + end.Out);
        return restore.Noted;
    }
}
