using Holdfast.Archive.Format;
using Holdfast.Archive.Verification;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>
/// Kills captures at random moments. A moment is counted in what the capture has done so far, requests and files, and not in seconds: so it
/// lies anywhere in the capture on a slow machine too.
/// </summary>
/// <param name="requests">That the API server has got so far, of all captures.</param>
internal sealed class Killing(HoldfastProgram holdfast, ClusterEndpoint endpoint, Func<int> requests, ITestOutputHelper output)
{
    private readonly FolderVault vault = new(holdfast.Vault);

    /// <summary>Each under a name of its own, so that each is a first capture; then what is left is looked at and captured again.</summary>
    public async Task RunAsync(int times, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rehearsed = await RehearseAsync();
        var cut = 0;
        for (var i = 0; i < times; i++)
        {
            var cluster = ClusterName.Parse($"killed-{i:00}");
            var moment = random.Next(1, rehearsed + 1);
            cut += await KillAsync(cluster, moment) ? 1 : 0;
            await CheckAsync(cluster);
        }
        Assert.True(cut > times / 2, $"only {cut} of {times} captures were still running when they were killed");
    }

    private async Task<int> RehearseAsync()
    {
        var before = requests();
        var run = await holdfast.RunAsync("capture", "--cluster", "whole", "-o", "json");
        Assert.True(run.Exit == 0, run.Error);
        return requests() - before + Files("whole");
    }

    /// <returns>False: it was at its end already.</returns>
    private async Task<bool> KillAsync(ClusterName cluster, int moment)
    {
        var asked = requests();
        using var process = holdfast.Start("capture", "--cluster", cluster.ToString(), "--quiet");
        process.StandardInput.Close();
        while (!process.HasExited && requests() - asked + Files(cluster.ToString()) < moment)
            await Task.Delay(2);
        process.Kill();
        await process.WaitForExitAsync();
        output.WriteLine($"{cluster}: killed at {moment}, exit {process.ExitCode}, {Files(cluster.ToString())} files");
        return process.ExitCode == 137;
    }

    private int Files(string cluster)
    {
        var folder = Path.Combine(holdfast.Vault, "clusters", cluster);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() : 0;
    }

    private async Task CheckAsync(ClusterName cluster)
    {
        var before = await vault.WholePointsAsync(cluster);
        // what was cut short is packs that nothing refers to, or an inventory without its seal
        Assert.All(
            await vault.FindingsAsync(cluster),
            f =>
                Assert.True(
                    f.Kind is FindingKind.Orphan
                        || (f.Kind is FindingKind.Missing && f.Path.EndsWith("/seal.json", StringComparison.Ordinal)),
                    f.Message
                )
        );

        var next = await vault.CaptureAsync(endpoint, cluster);

        Assert.Equal(CaptureState.Succeeded, next.State);
        var after = await vault.WholePointsAsync(cluster);
        Assert.Equal(before.Length + 1, after.Length);
    }
}
