using Holdfast.Durable;
using Holdfast.Protection.Capture.Course;

namespace Holdfast.Orchestrations.Capturing;

internal sealed record LegSubject(CaptureSubject Capture, int Leg);

/// <param name="Next">Null: nothing is left to settle.</param>
internal sealed record Settlement(LegSummary? Next);

/// <summary>Looks whether everything exported is of one revision and one definition a type, and decides what is read again.</summary>
internal sealed class SettleCapture(CaptureDesk desk)
{
    public const string Name = nameof(SettleCapture);

    public Task<Settlement> RunAsync(ActivityContext context, LegSubject leg) => desk.DoAsync(
        leg.Capture, context, async (steps, connection, stop) => new Settlement(await steps.SettleAsync(connection, leg.Leg, stop)));
}
