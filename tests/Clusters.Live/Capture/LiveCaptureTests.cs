using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Capture;

[Collection(LiveClusterCollection.Name)]
public sealed class LiveCaptureTests(LiveClusterFixture live)
{
    private readonly MemoryStore vault = new(TimeProvider.System);

    [SkippableFact]
    public async Task Captured_under_unceasing_writes_the_point_equals_an_independent_list_of_every_type_at_its_revision()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        CaptureReport report;
        await using (var churn = await Churn.StartAsync(api, "unceasing"))
        {
            report = await CaptureAsync();
            await churn.MovedAsync(40);
        }

        Assert.Empty(report.Gaps);
        Assert.Equal(CaptureState.Succeeded, report.State);
        await ExpectedState.AssertEqualAsync(api, vault, Name, report.Point);
    }

    [SkippableFact]
    public async Task A_second_capture_of_an_unchanged_cluster_writes_no_pack()
    {
        using var api = await RawApi.ConnectAsync(live.Cluster);
        await Objects.CreateAsync(api, "unchanged", 300);
        var (first, second) = await TwiceUnchangedAsync();

        Assert.Equal((0, first.Objects, first.Segments), (second.PacksWritten, second.Objects, second.Segments));
        Assert.True(second.SegmentsReused > 0);
        await ExpectedState.AssertEqualAsync(api, vault, Name, second.Point);
    }

    private static ClusterName Name => ClusterName.Parse("live");

    private async Task<CaptureReport> CaptureAsync(Func<CaptureRequest, CaptureRequest>? with = null)
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var request = new CaptureRequest();
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, with?.Invoke(request) ?? request, null, default);
    }

    /// <summary>Two captures between which nothing was written: controllers may still be busy with what other tests left.</summary>
    private async Task<(CaptureReport First, CaptureReport Second)> TwiceUnchangedAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var first = await CaptureAsync();
            var second = await CaptureAsync();
            if (first.Revision == second.Revision)
                return (first, second);
            Assert.True(attempt < 20, "the cluster doesn't come to rest");
            await Task.Delay(500);
        }
    }
}
