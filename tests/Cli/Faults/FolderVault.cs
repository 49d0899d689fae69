using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Capture;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Runs;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>A folder with a vault in it, looked at in the test's own process: quicker than a process a question.</summary>
internal sealed class FolderVault(string folder)
{
    private readonly FolderStore store = new(folder, TimeProvider.System);

    /// <summary>Every blob's file; not what the store keeps for itself.</summary>
    public string[] Blobs =>
        !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(f => !PathOf(f).StartsWith(".holdfast/", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ];

    /// <summary>As findings name it.</summary>
    public string PathOf(string file) => Path.GetRelativePath(folder, file).Replace('\\', '/');

    /// <summary>The points that a reader sees, each proven on its own and readable to its last manifest.</summary>
    public async Task<ImmutableArray<SealedPoint>> WholePointsAsync(ClusterName cluster)
    {
        var points = await SealedPoints.ListAsync(store, cluster, CancellationToken.None);
        foreach (var point in points)
        {
            var report = await PointVerifier.VerifyAsync(store, cluster, point.Id, SealTrust.Anyone, null, CancellationToken.None);
            Assert.True(report.Intact, string.Join("; ", report.Findings.Select(f => f.Message)));
            await ReadAsync(cluster, point.Id);
        }
        return points;
    }

    /// <summary>What verify finds of the whole cluster.</summary>
    public async Task<ImmutableArray<Finding>> FindingsAsync(ClusterName cluster) =>
        (await PointVerifier.VerifyAsync(store, cluster, null, SealTrust.Anyone, null, CancellationToken.None)).Findings;

    public async Task<List<byte[]>> ReadAsync(ClusterName cluster, PointId point)
    {
        var reader = await RecoveryPointReader.OpenAsync(store, cluster, point, CancellationToken.None);
        var manifests = new List<byte[]>();
        foreach (var segment in reader.Inventory.Segments)
        {
            await foreach (var manifest in reader.ReadSegmentAsync(segment, CancellationToken.None))
                manifests.Add(manifest.ToArray());
        }
        Assert.Equal(reader.Seal.Objects, manifests.Count);
        return manifests;
    }

    public async Task<CaptureReport> CaptureAsync(ClusterEndpoint endpoint, ClusterName cluster)
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        return await new CaptureRun(connection, store, TimeProvider.System).RunAsync(cluster, new(), null, CancellationToken.None);
    }
}
