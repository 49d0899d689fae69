using Holdfast.Capture.Exporting;

namespace Holdfast.Capture.Course;

/// <summary>Tells a progress display how far one process is with a leg. Thread-safe.</summary>
internal sealed class LegProgress
{
    private readonly CaptureLeg leg;
    private readonly IProgress<CaptureProgress>? progress;
    private readonly long expected;
    private int done;

    public LegProgress(CaptureLeg leg, IProgress<CaptureProgress>? progress)
    {
        (this.leg, this.progress) = (leg, progress);
        expected = leg.Plan.Types.Sum(t => t.Count);
        Counts = new() { Changed = progress is null ? null : Tell };
    }

    public ExportProgress Counts { get; }

    public void UnitDone()
    {
        Interlocked.Increment(ref done);
        if (progress is not null)
            Tell();
    }

    private void Tell() => progress!.Report(new("exporting", Counts.Objects, expected, Counts.Bytes, done, leg.Units.Length));
}
