using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Runs;

namespace Holdfast.Capture.Tests;

/// <summary>Clusters that fail while they are captured.</summary>
public sealed class UnreachableClusterTests : IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private readonly MemoryStore vault = new(TimeProvider.System);
    private SimulatedTestCluster cluster = null!;
    private FaultProxy proxy = null!;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        proxy = await FaultProxy.StartAsync(cluster);
    }

    public async Task DisposeAsync()
    {
        await proxy.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_cluster_that_no_longer_answers_fails_the_capture()
    {
        proxy.Inject(Fault.CutAfter(0), r => r.Query.Contains("Exact"), times: int.MaxValue - 1);
        proxy.Inject(Fault.LoseAnswer(), r => r.Path == "/version", first: 2, times: int.MaxValue - 2);
        proxy.Inject(Fault.LoseAnswer(), r => r.Query.Contains("Exact"), times: int.MaxValue - 1);

        await Assert.ThrowsAnyAsync<Exception>(() => CaptureAsync());

        Assert.Empty(await SealedPoints.ListAsync(vault, Name, default));
    }

    [Theory]
    [InlineData(500), InlineData(404)]
    public async Task A_type_whose_list_fails_while_others_answer_is_a_gap(int status)
    {
        proxy.Inject(Fault.Answer(status), r => r.IsListOf("configmaps"), times: int.MaxValue - 1);

        var report = await CaptureAsync();

        Assert.Equal(CaptureState.Partial, report.State);
        Assert.Equal("configmaps", Assert.Single(report.Gaps).Resource);
        Assert.True(report.Objects > 0);
    }

    [Fact]
    public async Task A_type_that_fails_only_while_it_is_exported_is_a_gap_too()
    {
        proxy.Inject(Fault.Answer(500), r => r.IsListOf("clusterroles") && r.Query.Contains("Exact"), times: int.MaxValue - 1);

        var report = await CaptureAsync();

        Assert.Equal("clusterroles.rbac.authorization.k8s.io", Assert.Single(report.Gaps).Resource);
        Assert.Equal(TypeState.Failed, report.Types.Single(t => t.Type.Resource == "clusterroles").State);
    }

    [Fact]
    public async Task Credentials_that_stop_working_under_way_fail_the_capture()
    {
        proxy.Inject(Fault.Answer(401), r => r.Query.Contains("Exact"), first: 2, times: int.MaxValue - 2);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => CaptureAsync());

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Empty(await SealedPoints.ListAsync(vault, Name, default));
    }

    [Fact]
    public async Task A_list_that_breaks_off_again_and_again_is_read_whole_all_the_same()
    {
        for (var nth = 1; nth < 20; nth += 3)
            proxy.Inject(Fault.CutAfter(200), r => r.Query.Contains("Exact"), first: nth);

        var report = await CaptureAsync();

        Assert.Equal(CaptureState.Succeeded, report.State);
    }

    private async Task<CaptureReport> CaptureAsync()
    {
        using var connection = new ClusterConnection(
            proxy.Endpoint with
            {
                Patience = TimeSpan.FromMilliseconds(300),
            },
            TimeProvider.System
        );
        return await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
    }
}
