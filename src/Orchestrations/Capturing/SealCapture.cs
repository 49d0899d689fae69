using Holdfast.Durable;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>Seals the point and keeps what is to be reported of it, or finds packs that must be written again. Repeated, it gives the same point.</summary>
internal sealed class SealCapture(CaptureDesk desk)
{
    public const string Name = nameof(SealCapture);

    /// <returns>The leg to export instead, where there is one.</returns>
    public Task<Settlement> RunAsync(ActivityContext context, LegSubject leg) => desk.DoAsync(leg.Capture, context, async (steps, stop) =>
    {
        var result = await steps.SealAsync(leg.Leg, stop);
        if (result.Report is { } report)
            await desk.LedgerOf(leg.Capture).KeepAsync(report, stop);
        return new Settlement(result.Next);
    });
}
