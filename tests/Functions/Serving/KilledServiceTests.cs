using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Simulator;
using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Functions.Tests.Serving;

/// <summary>
/// The service is killed with signal 9, again and again, while it captures a fleet, and each time it continues by itself.
/// </summary>
public sealed class KilledServiceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Clusters = 20,
        Kills = 50;

    /// <summary>Requests that clusters get before a kill: a whole run makes more.</summary>
    private const int MostRequests = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-serve-");
    private readonly Dictionary<string, SimulatedCluster> clusters = [];

    public async Task InitializeAsync()
    {
        for (var i = 0; i < Clusters; i++)
        {
            var cluster = clusters[$"c{i:00}"] = await SimulatedCluster.StartAsync(new(), default);
            await cluster.SeedSyntheticAsync(300, 3, default);
            await File.WriteAllTextAsync(KubeconfigOf($"c{i:00}"), cluster.Kubeconfig());
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Killed_fifty_times_at_random_every_cluster_has_its_sealed_point_with_every_object_once()
    {
        var random = PrintedSeed.Random(output);
        var runs = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        var slow = clusters.Values.Select(cluster => cluster.Inject(new("") { Delay = TimeSpan.FromMilliseconds(30) })).ToList();
        for (var kills = 0; kills < Kills; )
        {
            // a kill counts when clusters were being asked and the run hadn't ended
            using var service = await Service.StartAsync(folder.FullName);
            if (runs.Count == 0)
                foreach (var name in clusters.Keys)
                    await service.RegisterAsync(name, KubeconfigOf(name));
            if (runs.Count == 0 || await EndedAsync(service, runs[^1]))
                runs.Add(await CaptureAsync(service));
            var (before, requests) = (Asked(), random.Next(1, MostRequests));
            while (Asked() - before < requests && !await EndedAsync(service, runs[^1]))
                await Task.Delay(20, patience.Token);
            kills += await EndedAsync(service, runs[^1]) ? 0 : 1;
            await service.StopAsync("KILL");

            long Asked() => slow.Sum(one => one.Struck);
        }
        slow.ForEach(one => one.Dispose());

        using var last = await Service.StartAsync(folder.FullName);
        output.WriteLine($"{Kills} kills in {runs.Count} runs");
        foreach (var run in runs)
            await AssertWholeAsync(await last.ReportAsync(run));
        foreach (var name in clusters.Keys)
            Assert.True((await PointVerifier.VerifyAsync(Vault, ClusterName.Parse(name), null, SealTrust.Anyone, null, default)).Intact);
    }

    private FolderStore Vault => new(Path.Combine(folder.FullName, "vault"), TimeProvider.System);

    private string KubeconfigOf(string name) => Path.Combine(folder.FullName, $"{name}.kubeconfig");

    private async Task<string> CaptureAsync(Service service)
    {
        var body = new JsonObject { ["clusters"] = new JsonArray([.. clusters.Keys.Select(name => (JsonNode)name)]) };
        var (status, started) = await service.SendAsync(HttpMethod.Post, "/api/captures", body.ToJsonString());
        Assert.Equal(202, status);
        return (string)started!["run"]!;
    }

    private static async Task<bool> EndedAsync(Service service, string run) =>
        (await service.SendAsync(HttpMethod.Get, $"/api/runs/{run}/report")).Status == 200;

    private async Task AssertWholeAsync(JsonNode report)
    {
        Assert.True((string)report["state"]! == "Succeeded", report.ToJsonString());
        var parts = report["clusters"]!.AsArray();
        Assert.Equal(clusters.Keys, parts.Select(p => (string)p!["cluster"]!));
        foreach (var part in parts)
        {
            Assert.True(PointId.TryParse((string?)part!["point"], out var point));
            var inventory = (
                await RecoveryPointReader.OpenAsync(Vault, ClusterName.Parse((string)part["cluster"]!), point, default)
            ).Inventory;
            // no unit lies in two packs that the point names
            Assert.All(inventory.Segments.GroupBy(s => (s.Resource, s.Namespace)), s => Assert.Single(s));
            Assert.All(
                inventory.Segments.SelectMany(s => s.Parts).GroupBy(p => p.RawDigest),
                p => Assert.Single(p.Select(one => (one.Pack, one.Offset)).Distinct())
            );
            Assert.True(inventory.Segments.Sum(s => s.Objects) >= 300);
        }
    }
}
