using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Seals the point and stores what is to be reported of it, or finds packs that must be written again. Repeated, it gives the same point.
/// </summary>
internal sealed class SealCapture(CaptureRuns captures) : RunActivity<PassSubject, NextPass>(captures.Records)
{
    public const string Name = nameof(SealCapture);

    protected override Task<NextPass> DoAsync(PassSubject subject, CancellationToken cancellation) =>
        captures.DoAsync(
            subject.Capture,
            async (steps, stop) =>
            {
                var next = await steps.SealAsync(subject.Pass, (plan, token) => VolumesAsync(subject.Capture, plan, token), stop);
                // also where packs are missing and there is no point yet: a look at the replicas costs little
                if (!Records.Environment.Replicas.IsEmpty)
                    await new UnreplicatedClusters(Records.Environment.Control).AddAsync(
                        subject.Capture.Cluster,
                        Records.Environment.Time.GetUtcNow(),
                        stop
                    );
                return new NextPass(next);
            },
            cancellation
        );

    private Task<PointVolumes> VolumesAsync(CaptureSubject capture, CapturePlan plan, CancellationToken cancellation) =>
        captures
            .VolumesOf(capture)
            .SumUpAsync(() => Records.Environment.OpenCluster(capture.Cluster, cancellation), plan.PinnedAt, plan.Revision, cancellation);
}
