using System.Text.Json.Serialization;
using Holdfast.Capture.Exporting;
using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Pass">The number of the pass.</param>
/// <param name="Unit">Index into the pass's units.</param>
internal sealed record UnitSubject(CaptureSubject Capture, [property: JsonPropertyName("leg")] int Pass, int Unit, int Piece);

/// <summary>
/// Exports one unit, or a piece of it where the time is up. Repeated, or done by two processes at once, exactly one result counts.
/// </summary>
internal sealed class ExportUnit(CaptureRuns captures) : RunActivity<UnitSubject, UnitCounts>(captures.Records)
{
    public const string Name = nameof(ExportUnit);

    protected override Task<UnitCounts> DoAsync(UnitSubject unit, CancellationToken cancellation) =>
        captures.DoAsync(
            unit.Capture,
            (steps, connection, stop) =>
                steps.ExportAsync(connection, unit.Pass, unit.Unit, unit.Piece, Records.Environment.Limits.ExportBudget, stop),
            cancellation
        );
}
