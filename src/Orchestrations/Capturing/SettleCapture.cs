using System.Text.Json.Serialization;
using Holdfast.Capture.Running;
using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Pass">The number of the pass.</param>
internal sealed record PassSubject(CaptureSubject Capture, [property: JsonPropertyName("leg")] int Pass);

/// <param name="Next">The pass to export next; null: nothing is left to export.</param>
internal sealed record NextPass(PassSummary? Next);

/// <summary>
/// Checks that everything exported is of one revision and each type of one definition, and decides what is read again.
/// </summary>
internal sealed class SettleCapture(CaptureRuns captures) : RunActivity<PassSubject, NextPass>(captures.Records)
{
    public const string Name = nameof(SettleCapture);

    protected override Task<NextPass> DoAsync(PassSubject subject, CancellationToken cancellation) =>
        captures.DoAsync(
            subject.Capture,
            async (steps, connection, stop) =>
            {
                var next = await steps.SettleAsync(connection, subject.Pass, stop);
                // A capture without another pass needs its cluster no longer, and a process may have hundreds.
                if (next is null)
                    connection.CloseIdle();
                return new NextPass(next);
            },
            cancellation
        );
}
