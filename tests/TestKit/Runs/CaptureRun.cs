using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Capture.Course;
using Holdfast.Capture.Exporting;
using Holdfast.Clusters.Connections;
using Holdfast.Control;

namespace Holdfast.TestKit.Runs;

/// <summary>The steps of a capture, one after the other, with no orchestration around them.</summary>
/// <param name="signer">Null: the seal is not signed.</param>
public sealed class CaptureRun(ClusterConnection connection, IBlobStore vault, TimeProvider time, SealSigner? signer = null)
{
    /// <summary>Units at once.</summary>
    private const int Units = 4;

    /// <exception cref="Holdfast.Clusters.ClusterException">The cluster can't be read at all.</exception>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    /// <exception cref="CaptureException">Another cluster answers under the known name, or not one object could be read.</exception>
    public async Task<CaptureReport> RunAsync(CaptureRequest request, IProgress<CaptureProgress>? progress, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var steps = new CaptureSteps(request.Cluster, vault, new(new MemoryDocuments(), "capture/"), time, signer, progress: progress);
        for (var leg = await steps.BeginAsync(connection, request, cancellation); ; )
        {
            await ExportAsync(steps, leg, cancellation);
            var next = await steps.SettleAsync(connection, leg.Number, cancellation);
            if (next is null)
            {
                var result = await steps.SealAsync(leg.Number, cancellation);
                if (result.Report is { } report)
                    return report with { Duration = time.GetElapsedTime(start) };
                next = result.Next;
            }
            leg = next!;
        }
    }

    private async Task ExportAsync(CaptureSteps steps, LegSummary leg, CancellationToken cancellation) =>
        await Parallel.ForAsync(
            0,
            leg.Units,
            new ParallelOptions { MaxDegreeOfParallelism = Units, CancellationToken = cancellation },
            async (unit, token) =>
            {
                for (
                    var piece = 0;
                    (await steps.ExportAsync(connection, leg.Number, unit, piece, UnitExporter.DefaultBudget, token)).GoesOn;
                    piece++
                ) { }
            }
        );
}
