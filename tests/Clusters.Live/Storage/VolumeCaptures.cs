using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Clusters;
using Holdfast.Volumes.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Clusters.Live.Tests.Storage;

/// <summary>Captures of one namespace with its volumes, as the command line runs them.</summary>
internal static class VolumeCaptures
{
    public static readonly ClusterName Name = ClusterName.Parse("volumes");

    private static readonly VolumeLimits Limits = new()
    {
        Cut = TimeSpan.FromSeconds(60),
        Ready = TimeSpan.FromSeconds(30),
        Pause = TimeSpan.FromSeconds(1),
    };

    private static uint runs;

    public static Task<RunReport> CaptureAsync(ITestCluster cluster, IBlobStore vault, string ns) =>
        CaptureAsync(cluster.Endpoint, vault, ns);

    public static async Task<RunReport> CaptureAsync(ClusterEndpoint endpoint, IBlobStore vault, string ns)
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        var environment = new RunEnvironment((_, _) => Task.FromResult(connection), vault, new MemoryDocuments(), TimeProvider.System)
        {
            Limits = RunLimits.Default with { Volumes = Limits },
        };
        var order = new CaptureOrder
        {
            Run = RunId.New(TimeProvider.System.GetUtcNow(), Interlocked.Increment(ref runs)),
            Cluster = Name,
            RequestedBy = "tests",
            Attempts = 1,
            Request = new() { Scope = new() { Namespaces = [ns] } },
        };
        return await InlineRun.RunAsync(
            environment,
            new(TimeProvider.System.GetUtcNow()) { Capture = order },
            NullLoggerFactory.Instance,
            default
        );
    }

    public static Task<RecoveryPointReader> OpenAsync(IBlobStore vault, RunReport report) =>
        RecoveryPointReader.OpenAsync(vault, Name, report.Capture!.Point, default);
}
