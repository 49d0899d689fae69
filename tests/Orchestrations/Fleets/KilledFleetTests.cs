using System.Diagnostics;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Orchestrations.Tests.Fleets;

/// <summary>A process that captures a fleet is killed with signal 9, again and again, and each time another one continues.</summary>
public sealed class KilledFleetTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const int Clusters = 20,
        Kills = 50;

    /// <summary>Requests that clusters get before a kill: a whole run makes more.</summary>
    private const int MostRequests = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-fleet-");
    private readonly string[] names = [.. Enumerable.Range(0, Clusters).Select(i => $"c{i:00}")];
    private readonly CancellationTokenSource patience = new(Patience);
    private SimulatedFleet fleet = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync(names);
        fleet.Vault = new FolderStore(Path.Combine(folder.FullName, "vault"), TimeProvider.System);
        fleet.Control = new FolderDocuments(Path.Combine(folder.FullName, "control"), TimeProvider.System);
        foreach (var name in names)
            await fleet[name].SeedSyntheticAsync(400, 4, default);
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public void Dispose() => patience.Dispose();

    [Fact]
    public async Task Killed_fifty_times_at_random_every_cluster_has_its_sealed_point_with_every_object_once()
    {
        var random = PrintedSeed.Random(output);
        var runs = new List<RunId> { fleet.NewRun() };
        var slow = names.Select(name => fleet[name].Inject(new("") { Delay = TimeSpan.FromMilliseconds(10) })).ToList();
        for (var kills = 0; kills < Kills; )
        {
            if (await DieAsync(runs[^1], random.Next(1, MostRequests), () => slow.Sum(one => one.Struck)))
                kills++;
            else
                runs.Add(fleet.NewRun());
        }
        slow.ForEach(one => one.Dispose());

        var end = await EndAsync(runs[^1]);

        Assert.StartsWith("end Completed", end, StringComparison.Ordinal);
        output.WriteLine($"{Kills} kills in {runs.Count} runs");
        foreach (var run in runs)
            await AssertWholeAsync(run);
        foreach (var name in names)
            Assert.True((await fleet.VerifyAsync(name)).Intact);
        Assert.Empty(
            Directory
                .EnumerateDirectories(Path.Combine(folder.FullName, "control", "runs"))
                .SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories))
        );
    }

    /// <summary>Kills a process in the middle of a capture: once it has made so many requests of clusters.</summary>
    /// <returns>False: the run had ended before.</returns>
    private async Task<bool> DieAsync(RunId run, int requests, Func<long> asked)
    {
        var before = asked();
        using var process = Start(run);
        Assert.Equal("open", await process.StandardOutput.ReadLineAsync(patience.Token));
        var end = process.StandardOutput.ReadLineAsync(patience.Token).AsTask();
        while (!end.IsCompleted && asked() - before < requests)
            await Task.Delay(1, patience.Token);
        var ended = end.IsCompleted;
        process.Kill();
        await process.WaitForExitAsync(patience.Token);
        return !ended;
    }

    /// <returns>The last line.</returns>
    private async Task<string> EndAsync(RunId run)
    {
        using var process = Start(run);
        return (await process.StandardOutput.ReadToEndAsync(patience.Token)).TrimEnd().Split('\n')[^1];
    }

    private Process Start(RunId run)
    {
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "holdfast-fleet-process.dll"),
            folder.FullName,
            run.ToString(),
            "3",
            .. names.Select(name => $"{name}={fleet[name].Server}|{fleet[name].Token}"),
        ];
        return Process.Start(
            new ProcessStartInfo("dotnet", command)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
    }

    private async Task AssertWholeAsync(RunId run)
    {
        var report = (await fleet.Reports.ReadAsync(run, default))!;
        Assert.True(report.State == RunState.Succeeded, string.Join("; ", report.Clusters.Where(c => c.State != RunState.Succeeded)));
        Assert.Equal(names, report.Clusters.Select(c => c.Cluster.ToString()));
        foreach (var part in report.Clusters)
            await AssertEveryObjectOnceAsync(part.Cluster, part.Point!.Value);
    }

    /// <summary>No content lies in two places of what a point names, and what it holds is what the cluster has.</summary>
    private async Task AssertEveryObjectOnceAsync(ClusterName cluster, PointId point)
    {
        var inventory = (await RecoveryPointReader.OpenAsync(fleet.Vault, cluster, point, default)).Inventory;
        Assert.All(inventory.Segments.GroupBy(s => (s.Resource, s.Namespace)), s => Assert.Single(s));
        Assert.All(
            inventory.Segments.SelectMany(s => s.Parts).GroupBy(p => p.RawDigest),
            p => Assert.Single(p.Select(one => (one.Pack, one.Offset)).Distinct())
        );
        Assert.Equal(await ExpectedAsync(cluster), inventory.Segments.Select(s => (s.Resource, s.Namespace, s.Objects, s.Fingerprint)));
    }

    private readonly Dictionary<ClusterName, List<(string, string?, long, ContentDigest)>> expected = [];

    /// <summary>The result of an undisturbed capture of the cluster.</summary>
    private async Task<List<(string, string?, long, ContentDigest)>> ExpectedAsync(ClusterName cluster)
    {
        if (expected.TryGetValue(cluster, out var known))
            return known;
        await using var undisturbed = new SimulatedFleet();
        undisturbed.Borrow(fleet, cluster.ToString());
        var inventory = await undisturbed.InventoryAsync(await undisturbed.RunAsync(undisturbed.Order(cluster.ToString())));
        return expected[cluster] = [.. inventory.Segments.Select(s => (s.Resource, s.Namespace, s.Objects, s.Fingerprint))];
    }
}
