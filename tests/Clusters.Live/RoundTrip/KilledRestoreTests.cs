using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// The program is killed with signal 9, again and again, while it restores everything; what it resumes to is what it would have made in one
/// go.
/// </summary>
[Collection(RoundTripCollection.Name)]
public sealed class KilledRestoreTests(RoundTripFixture live)
{
    private const int Kills = 5;

    [SkippableFact]
    public async Task A_restore_killed_at_random_moments_and_resumed_ends_equal_to_one_that_was_not()
    {
        var seed = Random.Shared.Next();
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        using var holdfast = new HoldfastProgram(live.Cluster.KubeconfigPath);
        await using var kinds = new EveryKind(cluster);
        var vault = new FolderStore(holdfast.Vault, TimeProvider.System);
        await kinds.SeedAsync();
        var before = await kinds.QuietPointAsync(vault);
        await kinds.WipeAsync();
        var whole = await RestoreAsync(holdfast, before, []);
        var unbroken = await kinds.EqualPointAsync(vault, before, EveryKindTests.ComesOtherwise);
        await kinds.WipeAsync();

        var random = new Random(seed);
        var moments = Enumerable.Range(0, Kills).Select(_ => random.NextInt64(1, whole)).Order().ToArray();
        await RestoreAsync(holdfast, before, moments);

        var resumed = await kinds.EqualPointAsync(vault, unbroken, ["nodes /worker-1"]);
        Assert.True(resumed.Seal.Sequence > unbroken.Seal.Sequence, $"seed {seed}");
    }

    /// <param name="killedAfter">After so many bytes of outcomes.</param>
    /// <returns>How many bytes of outcomes the run noted.</returns>
    private async Task<long> RestoreAsync(HoldfastProgram holdfast, RecoveryPointReader point, long[] killedAfter)
    {
        var plan = Path.Combine(holdfast.Home, $"plan-{killedAfter.Length}.json");
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
        var run = (string)planned.Json["run"]!;
        string[] arguments = ["restore", "--plan", plan];
        var killed = 0;
        foreach (var bytes in killedAfter)
        {
            killed += await KillAsync(holdfast, holdfast.OutcomesOf(run), bytes, arguments) ? 1 : 0;
            arguments = ["restore", "--resume", run];
        }
        var end = await holdfast.RunAsync([.. arguments, "-o", "json"]);
        // The volume that isn't adopted makes it partial.
        Assert.True(end.Exit == 3 && end.Json["failures"]!.AsArray().Count == 0, end.Error + end.Out);
        Assert.True(killed > 0 || killedAfter.Length == 0, "every run ended before it could be killed");
        return SizeOf(holdfast.OutcomesOf(run));
    }

    /// <returns>Whether it was killed before its end.</returns>
    private async Task<bool> KillAsync(HoldfastProgram holdfast, string log, long bytes, string[] arguments)
    {
        using var process = holdfast.Start(arguments);
        var end = HoldfastProgram.FinishAsync(process);
        while (!end.IsCompleted && SizeOf(log) < bytes)
            await Task.Delay(1);
        process.Kill();
        return (await end).Exit == 128 + 9;
    }

    // Its lines can't be read: the run has it locked.
    private static long SizeOf(string log) => File.Exists(log) ? new FileInfo(log).Length : 0;
}
