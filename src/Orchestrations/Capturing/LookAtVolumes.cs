using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Waiting">How many snapshots aren't ready yet; 0: the batch is done.</param>
/// <param name="PauseSeconds">When to look again.</param>
internal sealed record VolumeWait(int Waiting, double PauseSeconds);

/// <summary>Looks whether the snapshots of a batch are ready to use. Repeated, it looks again.</summary>
internal sealed class LookAtVolumes(CaptureRuns captures) : RunActivity<VolumeBatchSubject, VolumeWait>(captures.Records)
{
    public const string Name = nameof(LookAtVolumes);

    protected override Task<VolumeWait> DoAsync(VolumeBatchSubject subject, CancellationToken cancellation) =>
        captures.DoAsync(
            subject.Capture,
            async (volumes, connection, stop) =>
                new VolumeWait(
                    await volumes.LookAsync(connection, subject.Batch, stop),
                    Records.Environment.Limits.Volumes.Pause.TotalSeconds
                ),
            cancellation
        );
}
