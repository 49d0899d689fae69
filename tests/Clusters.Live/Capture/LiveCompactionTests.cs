using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>A revision that the server drops while it is being captured.</summary>
[Collection(LiveClusterCollection.Name)]
public sealed class LiveCompactionTests(LiveClusterFixture live)
{
    private static readonly ClusterName Name = ClusterName.Parse("live");
    private readonly MemoryStore vault = new(TimeProvider.System);

    [SkippableTheory]
    [InlineData(1), InlineData(2), InlineData(20)]
    public async Task When_the_revision_expires_under_way_another_one_is_pinned_and_the_point_is_wholly_of_it(int exactList)
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        await using var churn = await Churn.StartAsync(api, $"expires-{exactList}");
        proxy.Inject(Fault.Meanwhile(CompactAsync), r => r.Query.Contains("resourceVersionMatch=Exact"), first: exactList);

        var report = await CaptureAsync(proxy);

        Assert.Contains(report.Notes, n => n.Contains("pinned"));
        Assert.Equal(CaptureState.Succeeded, report.State);
        await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);

        async Task CompactAsync()
        {
            await churn.MovedAsync(20);
            await DroppedRevisions.DropAsync(
                live.Cluster,
                proxy,
                DroppedRevisions.RevisionOf(proxy.Requests.First(r => r.Query.Contains("resourceVersionMatch=Exact")))!
            );
        }
    }

    [SkippableFact]
    public async Task Under_writes_and_compactions_without_pause_the_point_says_of_every_object_at_which_revision_it_is_and_it_is()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await using var churn = await Churn.StartAsync(api, "ceaseless");
        await using var maps = await History.BeginAsync(api, "/api/v1/configmaps");
        await using var gadgets = await History.BeginAsync(api, $"/apis/{CustomType.Group}/v1/gadgets");
        using var stop = new CancellationTokenSource();
        var compacting = CompactAsync(stop.Token);

        var report = await CaptureAsync(live.Cluster);

        await stop.CancelAsync();
        await compacting;
        var reader = await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
        await AssertHistoricAsync(reader, "configmaps", maps);
        await AssertHistoricAsync(reader, $"gadgets.{CustomType.Group}", gadgets);
        var ofOtherRevisions = reader
            .Inventory.Segments.Where(s => s.Revision != reader.Inventory.Revision)
            .Select(s => s.Resource)
            .ToHashSet();
        Assert.Equal(ofOtherRevisions.Count > 0 ? PointState.Partial : PointState.Succeeded, reader.Seal.State);
        Assert.Superset(ofOtherRevisions, reader.Inventory.Gaps.Select(g => g.Resource).ToHashSet());

        async Task CompactAsync(CancellationToken cancellation)
        {
            while (!cancellation.IsCancellationRequested)
            {
                await live.Cluster.CompactAsync();
                await churn.MovedAsync(20);
            }
        }
    }

    private static async Task AssertHistoricAsync(RecoveryPointReader reader, string resource, History history)
    {
        foreach (var revision in reader.Inventory.Segments.Where(s => s.Resource == resource).GroupBy(s => s.Revision))
        {
            var expected = await history.AtAsync(revision.Key.ToString());
            var namespaces = revision
                .Select(s => s.Namespace)
                .Where(n => n!.StartsWith("ceaseless-", StringComparison.Ordinal))
                .ToHashSet();
            var then = expected.Where(e => namespaces.Contains(e.Key[..e.Key.IndexOf('/')])).ToDictionary();
            var actual = (await ExpectedState.ReadAsync(reader, resource))
                .Where(e => namespaces.Contains(e.Key[..e.Key.IndexOf('/')]))
                .ToDictionary(e => e.Key, e => History.Normal(e.Value));
            Assert.Equal(then.Keys, actual.Keys);
            Assert.All(then, e => Assert.Equal(e.Value, actual[e.Key]));
        }
    }

    private async Task<CaptureReport> CaptureAsync(ITestCluster cluster)
    {
        using var connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
    }
}
