using System.Diagnostics;
using System.Globalization;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;
using Xunit.Abstractions;

namespace Holdfast.Orchestrations.Tests.Fleets;

/// <summary>Hundreds of registered clusters that are due in the same minute, captured by a process that does nothing else.</summary>
public sealed class LargeFleetTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Servers = 20,
        AtOnce = 20;
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-fleet-");
    private SimulatedFleet fleet = null!;

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync([.. Enumerable.Range(0, Servers).Select(NameOf)]);
        for (var i = 0; i < Servers; i++)
            await fleet[NameOf(i)].SeedSyntheticAsync(500, 5, default);
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Five_hundred_clusters_cost_no_more_memory_and_sockets_at_once_than_a_hundred()
    {
        // Peaks are sampled, and a short run meets fewer of them: the larger of two is what the long one is held to.
        var (first, second) = (await CaptureAsync("first", 100), await CaptureAsync("second", 100));
        var all = await CaptureAsync("all", 500);

        Assert.InRange(all.MiB, 1, Math.Max(first.MiB, second.MiB) * 3 / 2);
        Assert.InRange(all.Sockets, 1, Math.Max(first.Sockets, second.Sockets) * 3 / 2);
    }

    /// <param name="MiB">The most memory that the process has used.</param>
    /// <param name="Sockets">The most that it had open when looked at, ten times a second.</param>
    private sealed record Load(double Seconds, long MiB, int Sockets);

    private async Task<Load> CaptureAsync(string name, int clusters)
    {
        var home = folder.CreateSubdirectory(name).FullName;
        await RegisterAsync(home, clusters);
        Assert.StartsWith("end Completed", (await RunAsync(home, clusters, Noon.AddMinutes(-1))).End, StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();

        var (end, sockets) = await RunAsync(home, clusters, Noon);

        var load = new Load(clock.Elapsed.TotalSeconds, long.Parse(end.Split(' ')[^1], CultureInfo.InvariantCulture), sockets);
        output.WriteLine($"{clusters} clusters, {AtOnce} at once: {load.Seconds:0.0} s, at most {load.Sockets} sockets and {load.MiB} MiB");
        await AssertSealedAsync(clusters);
        return load;
    }

    private async Task RegisterAsync(string home, int clusters)
    {
        fleet.Vault = new FolderStore(Path.Combine(home, "vault"), TimeProvider.System);
        fleet.Control = new FolderDocuments(Path.Combine(home, "control"), TimeProvider.System);
        var documents = new ControlDocuments(fleet.Control);
        for (var i = 0; i < clusters; i++)
            await documents.CreateClusterAsync(SimulatedFleet.RegistrationOf(NameOf(i), "prod"), default);
        var policy = new ProtectionPolicy
        {
            Name = PolicyName.Parse("all"),
            Clusters = new() { Selector = "env=prod" },
            Schedule = new("0 * * * *"),
            Concurrency = new(AtOnce),
        };
        await documents.CreatePolicyAsync(policy, default);
    }

    private async Task<(string End, int Sockets)> RunAsync(string home, int clusters, DateTimeOffset tick)
    {
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "holdfast-fleet-process.dll"),
            home,
            tick.ToString("O", CultureInfo.InvariantCulture),
            "0",
            .. Enumerable
                .Range(0, clusters)
                .Select(i => $"{NameOf(i)}={fleet[NameOf(i % Servers)].Server}|{fleet[NameOf(i % Servers)].Token}"),
        ];
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", command) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        var said = process.StandardOutput.ReadToEndAsync();
        var most = 0;
        while (await Task.WhenAny(said, Task.Delay(100)) != said)
            most = Math.Max(most, SocketsOf(process));
        return ((await said).TrimEnd().Split('\n')[^1], most);
    }

    private static int SocketsOf(Process process)
    {
        try
        {
            return Directory
                .EnumerateFiles($"/proc/{process.Id}/fd")
                .Count(fd =>
                    File.ResolveLinkTarget(fd, returnFinalTarget: false)?.Name.StartsWith("socket:", StringComparison.Ordinal) == true
                );
        }
        catch (IOException)
        {
            // what was listed is closed, or the process has ended
            return 0;
        }
    }

    private async Task AssertSealedAsync(int clusters)
    {
        var report = Assert.Single((await fleet.Reports.ListAsync(new(RunKind.Fleet), null, 10, default)).Runs);
        Assert.True(
            report.State == RunState.Succeeded,
            report.Failure?.Message ?? report.Clusters.FirstOrDefault(c => c.State != RunState.Succeeded)?.Reason
        );
        Assert.Equal(Enumerable.Range(0, clusters).Select(NameOf), report.Clusters.Select(c => c.Cluster.ToString()));
        foreach (var part in report.Clusters)
            Assert.Equal(part.Point, Assert.Single(await SealedPoints.ListAsync(fleet.Vault, part.Cluster, default)).Id);
    }

    private static string NameOf(int number) => $"c{number:000}";
}
