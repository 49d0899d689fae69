using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Effects;

namespace Holdfast.Orchestrations.Capturing;

internal sealed record LegSubject(CaptureSubject Capture, int Leg);

/// <param name="Next">Null: nothing is left to settle.</param>
internal sealed record Settlement(LegSummary? Next);

/// <summary>Looks whether everything exported is of one revision and one definition a type, and decides what is read again.</summary>
internal sealed class SettleCapture(RunWorkspace workspace) : RunActivity<LegSubject, Settlement>(workspace)
{
    public const string Name = nameof(SettleCapture);

    protected override Task<Settlement> DoAsync(LegSubject leg, CancellationToken cancellation) =>
        Workspace.Captures.DoAsync(
            leg.Capture,
            async (steps, connection, stop) => new Settlement(await steps.SettleAsync(connection, leg.Leg, stop)),
            cancellation
        );
}
