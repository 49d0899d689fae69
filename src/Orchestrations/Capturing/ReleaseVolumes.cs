using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Removes the snapshot objects of a run from its cluster, and the snapshots that no point names. A cancelled run's too.
/// </summary>
internal sealed class ReleaseVolumes(CaptureRuns captures) : RunActivity<CaptureSubject, bool>(captures.Records)
{
    public const string Name = nameof(ReleaseVolumes);

    /// <returns>True.</returns>
    protected override async Task<bool> DoAsync(CaptureSubject capture, CancellationToken cancellation)
    {
        await ReleaseAsync(captures, capture, cancellation);
        return true;
    }

    internal static async Task ReleaseAsync(CaptureRuns captures, CaptureSubject capture, CancellationToken cancellation)
    {
        var volumes = captures.VolumesOf(capture);
        if (await volumes.BatchesAsync(cancellation) == 0)
            return;
        var connection = await captures.Records.Environment.OpenCluster(capture.Cluster, cancellation);
        await volumes.ReleaseAsync(connection, await PointAsync(captures, capture, cancellation), cancellation);
    }

    /// <returns>Null: none was sealed, or the ledger can't say.</returns>
    private static async Task<PointId?> PointAsync(CaptureRuns captures, CaptureSubject capture, CancellationToken cancellation)
    {
        try
        {
            return (await captures.LedgerOf(capture).FindReportAsync(cancellation))?.Point;
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return null;
        }
    }
}
