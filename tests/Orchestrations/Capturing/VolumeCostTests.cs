using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Runs;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>What volumes cost a capture in requests to the cluster; docs/performance.md has the figures.</summary>
public sealed class VolumeCostTests : VolumeCaptures
{
    [Fact]
    public async Task A_capture_of_a_cluster_without_volumes_asks_for_two_lists_more_and_for_nothing_else()
    {
        var without = await CountAsync(proxy => CaptureObjectsAsync(proxy));
        var with = await CountAsync(proxy => RunAsync(proxy, fleet.Order("shop")));

        var more = with.Where(r => r.Value > without.GetValueOrDefault(r.Key))
            .ToDictionary(r => r.Key, r => r.Value - without.GetValueOrDefault(r.Key));
        Assert.Equal(
            new Dictionary<string, int> { ["GET /api/v1/persistentvolumeclaims"] = 1, ["GET /api/v1/persistentvolumes"] = 1 },
            more
        );
        Assert.Equal(without.Values.Sum() + 2, with.Values.Sum());
    }

    [Fact]
    public async Task Requests_for_volumes_grow_by_a_few_for_each_and_not_with_the_looks()
    {
        await seed.ClaimsAsync("shop", 20);

        var requests = await CountAsync(proxy => RunAsync(proxy, fleet.Order("shop")));

        // of each one: create, retain, delete its VolumeSnapshot, delete its content
        var writes = requests.Where(r => !r.Key.StartsWith("GET", StringComparison.Ordinal)).Sum(r => r.Value);
        Assert.Equal(20 * 4, writes);
    }

    private async Task<Dictionary<string, int>> CountAsync(Func<FaultProxy, Task> capture)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        await capture(proxy);
        return proxy.Requests.CountBy(r => $"{r.Method} {r.Path}").ToDictionary();
    }

    private static async Task CaptureObjectsAsync(FaultProxy proxy)
    {
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        await new CaptureRun(connection, new MemoryStore(), TimeProvider.System).RunAsync(ClusterName.Parse("shop"), new(), null, default);
    }
}
