using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Running;
using Holdfast.Clusters.Connections;
using Holdfast.Control;

namespace Holdfast.TestKit.Runs;

/// <summary>The steps of a capture, one after the other, with no orchestration and no volumes around them.</summary>
/// <param name="signer">Null: the seal is not signed.</param>
public sealed class CaptureRun(ClusterConnection connection, IBlobStore vault, TimeProvider time, SealSigner? signer = null)
{
    /// <summary>Concurrent units.</summary>
    private const int Units = 4;

    /// <exception cref="Holdfast.Clusters.ClusterException">The cluster can't be read at all.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    /// <exception cref="CaptureException">Another cluster answers under the known name, or not one object could be read.</exception>
    public async Task<CaptureReport> RunAsync(
        ClusterName cluster,
        CaptureRequest request,
        IProgress<CaptureProgress>? progress,
        CancellationToken cancellation
    )
    {
        var start = time.GetTimestamp();
        var ledger = new CaptureLedger(new(new MemoryDocuments(), "capture/"));
        var steps = new CaptureSteps(cluster, vault, ledger, time, signer, progress: progress);
        for (var pass = await steps.BeginAsync(connection, request, cancellation); pass is not null; )
        {
            await ExportAsync(steps, pass, cancellation);
            pass =
                await steps.SettleAsync(connection, pass.Number, cancellation)
                ?? await steps.SealAsync(pass.Number, NoVolumes, cancellation);
        }
        return (await ledger.FindReportAsync(cancellation))! with { Duration = time.GetElapsedTime(start) };
    }

    private static Task<PointVolumes> NoVolumes(CapturePlan plan, CancellationToken cancellation) => Task.FromResult(PointVolumes.None);

    private async Task ExportAsync(CaptureSteps steps, PassSummary pass, CancellationToken cancellation) =>
        await Parallel.ForAsync(
            0,
            pass.Units,
            new ParallelOptions { MaxDegreeOfParallelism = Units, CancellationToken = cancellation },
            async (unit, token) =>
            {
                for (
                    var piece = 0;
                    (await steps.ExportAsync(connection, pass.Number, unit, piece, UnitExporter.DefaultBudget, token)).HasMore;
                    piece++
                ) { }
            }
        );
}
