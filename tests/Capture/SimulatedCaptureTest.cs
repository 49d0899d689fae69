using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Simulator;
using Holdfast.TestKit.Runs;

namespace Holdfast.Capture.Tests;

/// <summary>A simulated cluster with an application and thousands of objects, and a vault for its points.</summary>
public abstract class SimulatedCaptureTest : IAsyncLifetime
{
    protected static readonly ClusterName Name = ClusterName.Parse("shop");

    protected MemoryStore Vault { get; } = new(TimeProvider.System);

    protected SimulatedCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await SimulatedCluster.StartAsync(new(), default);
        await Cluster.SeedSampleApplicationAsync(default);
        await Cluster.SeedSyntheticAsync(2_000, 12, default);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    protected static ClusterConnection Connect(SimulatedCluster to) =>
        new(new() { Server = to.Server, Token = (_, _) => new(to.Token) }, TimeProvider.System);

    protected async Task<CaptureReport> CaptureAsync(
        Func<CaptureRequest, CaptureRequest>? with = null,
        IBlobStore? store = null,
        SimulatedCluster? of = null,
        IProgress<CaptureProgress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        using var connection = Connect(of ?? Cluster);
        var request = new CaptureRequest();
        return await new CaptureRun(connection, store ?? Vault, TimeProvider.System).RunAsync(
            Name,
            with?.Invoke(request) ?? request,
            progress,
            cancellation
        );
    }
}
