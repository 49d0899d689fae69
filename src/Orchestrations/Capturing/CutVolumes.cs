using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Batch">From 0.</param>
internal sealed record VolumeBatchSubject(CaptureSubject Capture, int Batch);

/// <summary>Has the snapshots of a batch of volumes cut. Repeated, it continues.</summary>
internal sealed class CutVolumes(CaptureRuns captures) : RunActivity<VolumeBatchSubject, bool>(captures.Records)
{
    public const string Name = nameof(CutVolumes);

    /// <returns>True.</returns>
    protected override Task<bool> DoAsync(VolumeBatchSubject subject, CancellationToken cancellation) =>
        captures.DoAsync(
            subject.Capture,
            async (volumes, connection, stop) =>
            {
                await volumes.CutAsync(connection, subject.Batch, stop);
                return true;
            },
            cancellation
        );
}
