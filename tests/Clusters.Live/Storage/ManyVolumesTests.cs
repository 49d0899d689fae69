using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Storage;

namespace Holdfast.Clusters.Live.Tests.Storage;

[Collection(StorageCollection.Name)]
public sealed class LiveManyVolumesTests(StorageClusterFixture live) : ManyVolumesBehaviour(live.Cluster);

public sealed class SimulatedManyVolumesTests(SimulatedStorage simulated)
    : ManyVolumesBehaviour(simulated.Cluster),
        IClassFixture<SimulatedStorage>;

/// <summary>
/// Hundreds of volumes, of which some fail, some are never ready and some are slow: an exact account of each, in bounded time.
/// </summary>
public abstract class ManyVolumesBehaviour(ITestCluster cluster)
{
    private const int Claims = 200;
    private const string Namespace = "many-volumes";

    [SkippableFact]
    public async Task A_capture_accounts_for_each_of_two_hundred_volumes()
    {
        await using var csi = await CsiController.StartAsync(cluster, driver: "many.csi.example.com");
        using var seed = new StorageSeed(cluster, csi);
        await seed.ClassesAsync();
        await seed.NamespaceAsync(Namespace);
        var claims = await seed.ClaimsAsync(Namespace, Claims);
        csi.Faults = (_, claim) => FaultOf(Array.IndexOf(claims, claim));
        var vault = new MemoryStore();

        var report = await VolumeCaptures.CaptureAsync(cluster, vault, Namespace);

        Assert.Equal(RunState.Partial, report.State);
        var inventory = (await VolumeCaptures.OpenAsync(vault, report)).Inventory;
        var volumes = inventory.Volumes!.Value.Where(v => v.Namespace == Namespace).ToList();
        Assert.Equal(claims, volumes.Select(v => v.Claim));
        foreach (var (number, volume) in volumes.Index())
            AssertAccount(number, volume, csi);
        var protectedOnes = volumes.Select(v => v.Snapshot?.Handle).OfType<string>().ToHashSet();
        Assert.Equal(Claims - (Claims / 10), protectedOnes.Count);
        Assert.Equal(Claims / 10, inventory.Gaps.Count(g => g.Namespace == Namespace));
        await UntilEmptyAsync(async () => [.. await LeftAsync("volumesnapshots"), .. await LeftAsync("volumesnapshotcontents")]);
        await UntilEmptyAsync(() => Task.FromResult<IReadOnlyList<string>>([.. csi.Storage.Snapshots.Keys.Except(protectedOnes)]));
        Assert.Equal(protectedOnes.Count, csi.Storage.Snapshots.Count);
    }

    /// <summary>Of a hundred, 5 fail, 5 are never ready and 10 are slow.</summary>
    private static SnapshotFault FaultOf(int number) =>
        (number % 20) switch
        {
            0 => SnapshotFault.Fails("out of quota"),
            1 => SnapshotFault.NeverReady,
            2 or 3 => new() { CutAfter = TimeSpan.FromSeconds(5), ReadyAfter = TimeSpan.FromSeconds(5) },
            _ => SnapshotFault.None,
        };

    private static void AssertAccount(int number, VolumeRecord volume, CsiController csi)
    {
        if (number % 20 == 0)
            Assert.Contains("out of quota", volume.Reason, StringComparison.Ordinal);
        else if (number % 20 == 1)
            Assert.Contains("ready", volume.Reason, StringComparison.Ordinal);
        else
            Assert.Equal($"{volume.Claim}'s data", csi.Storage.Snapshots[volume.Snapshot!.Handle].Data);
    }

    private async Task<IEnumerable<string>> LeftAsync(string type)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        return (await api.GetAsync($"/apis/{SnapshotDefinitions.ApiVersion}/{type}"))
            .Items.Where(IsHoldfasts)
            .Select(o => $"{type} {o["metadata"]!["name"]} {o["status"]?.ToJsonString()}");
    }

    private static bool IsHoldfasts(JsonObject o) => o["metadata"]?["labels"]?["holdfast.dev/snapshots-of"] is not null;

    private static async Task UntilEmptyAsync(Func<Task<IReadOnlyList<string>>> left)
    {
        var end = DateTime.UtcNow.AddMinutes(3);
        IReadOnlyList<string> still;
        while ((still = await left()).Count > 0 && DateTime.UtcNow < end)
            await Task.Delay(100);
        Assert.True(still.Count == 0, string.Join("\n", still));
    }
}
