using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Capture.Tests;

/// <summary>What a capture, and finding a point, cost in calls of the store does not grow with the points that there are.</summary>
public sealed class HistoryCostTests : IAsyncLifetime
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private readonly FakeTimeProvider time = new(new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero));
    private SimulatedCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await SimulatedCluster.StartAsync(new(), default);

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    /// <param name="minutes">Between two captures: many in a day, and few.</param>
    [Theory]
    [InlineData(1), InlineData(60 * 36)]
    public async Task A_capture_and_a_search_cost_as_many_calls_after_fifty_points_as_after_three(int minutes)
    {
        var few = await CostAsync(3, minutes);
        var many = await CostAsync(50, minutes);

        Assert.Equal(few, many);
    }

    private async Task<(int Capture, int Latest, int ById)> CostAsync(int points, int minutes)
    {
        var vault = new MemoryStore(time);
        for (var i = 0; i < points; i++)
            await CaptureAsync(vault, minutes);
        var captured = new FaultyStore(vault);
        var report = await CaptureAsync(captured, minutes);
        var (latest, byId) = (new FaultyStore(vault), new FaultyStore(vault));
        var found = await new PointCatalog(latest, SealTrust.Anyone).FindAsync(Name, PointCatalog.Latest, default);
        var same = await new PointCatalog(byId, SealTrust.Anyone).FindAsync(Name, report.Point.ToString(), default);

        Assert.Equal((report.Point, report.Point, points + 1), (found.Id, same.Id, (int)found.Seal.Sequence));
        return (captured.Calls.Count, latest.Calls.Count, byId.Calls.Count);
    }

    private async Task<CaptureReport> CaptureAsync(IBlobStore vault, int minutes)
    {
        time.Advance(TimeSpan.FromMinutes(minutes));
        using var connection = new ClusterConnection(
            new() { Server = cluster.Server, Token = (_, _) => new(cluster.Token) },
            TimeProvider.System
        );
        return await new CaptureRun(connection, vault, time).RunAsync(Name, new(), null, default);
    }
}
