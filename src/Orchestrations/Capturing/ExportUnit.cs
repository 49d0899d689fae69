using Holdfast.Durable;
using Holdfast.Protection.Capture.Course;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Unit">Index into the leg's units.</param>
internal sealed record UnitSubject(CaptureSubject Capture, int Leg, int Unit, int Piece);

/// <summary>Exports one unit, or a piece of it where the time is up. Repeated, or done by two processes at once, exactly one result counts.</summary>
internal sealed class ExportUnit(CaptureDesk desk)
{
    public const string Name = nameof(ExportUnit);

    public Task<UnitSummary> RunAsync(ActivityContext context, UnitSubject unit) => desk.DoAsync(
        unit.Capture, context, (steps, connection, stop) => steps.ExportAsync(connection, unit.Leg, unit.Unit, unit.Piece, desk.Environment.Limits.ExportBudget, stop));
}
