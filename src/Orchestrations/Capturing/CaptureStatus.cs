using Holdfast.Capture;
using Holdfast.Capture.Running;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Counts what a capture's units export, and shows it as the run's status. Part of an orchestrator: depends only on its history.
/// </summary>
internal sealed class CaptureStatus(TaskOrchestrationContext context, CaptureOrderRef order)
{
    private PassSummary? pass;
    private CaptureCounts counts = new();
    private long before;

    public DateTimeOffset StartedAt { get; } = new(context.CurrentUtcDateTime, TimeSpan.Zero);

    public DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    public RunState State { get; set; } = RunState.Running;

    public string Phase { get; set; } = RunStatus.Planning;

    /// <summary>What the report is to say beside the point. Null: nothing.</summary>
    public string? Warning { get; set; }

    public void Begin(PassSummary begun)
    {
        before += counts.Objects;
        (pass, counts, Phase) = (begun, new(), "exporting");
        Show();
    }

    public void Enter(string phase)
    {
        Phase = phase;
        Show();
    }

    public void Add(CaptureCounts more)
    {
        counts += more;
        Show();
    }

    public void Show()
    {
        var seconds = (Now - StartedAt).TotalSeconds;
        context.SetCustomStatus(
            new RunStatus
            {
                Run = order.Run,
                Kind = RunKind.Capture,
                State = State,
                Phase = Phase,
                StartedAt = StartedAt,
                Cluster = order.Cluster,
                Policy = order.Policy,
                Objects = counts.Objects,
                ExpectedObjects = pass?.ExpectedObjects ?? 0,
                Bytes = counts.Bytes,
                ObjectsPerSecond = seconds > 0 ? Math.Round((before + counts.Objects) / seconds, 1) : 0,
                Errors = counts.Failed,
                UnitsDone = counts.Done,
                Units = pass?.Units ?? 0,
                Message = RunResult.Cut(pass?.Note),
            }
        );
    }
}
