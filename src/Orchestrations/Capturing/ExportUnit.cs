using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Effects;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Unit">Index into the leg's units.</param>
internal sealed record UnitSubject(CaptureSubject Capture, int Leg, int Unit, int Piece);

/// <summary>
/// Exports one unit, or a piece of it where the time is up. Repeated, or done by two processes at once, exactly one result counts.
/// </summary>
internal sealed class ExportUnit(RunWorkspace workspace) : RunActivity<UnitSubject, UnitSummary>(workspace)
{
    public const string Name = nameof(ExportUnit);

    protected override Task<UnitSummary> DoAsync(UnitSubject unit, CancellationToken cancellation) =>
        Workspace.Captures.DoAsync(
            unit.Capture,
            (steps, connection, stop) =>
                steps.ExportAsync(connection, unit.Leg, unit.Unit, unit.Piece, Workspace.Environment.Limits.ExportBudget, stop),
            cancellation
        );
}
