using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Counts what a capture's units bring, and shows it as the run's status. Part of an orchestrator: sees only what history tells.
/// </summary>
internal sealed class CaptureTally(TaskOrchestrationContext context, CaptureOrder order)
{
    private readonly DateTimeOffset startedAt = new(context.CurrentUtcDateTime, TimeSpan.Zero);
    private LegSummary? leg;
    private long objects,
        bytes,
        before;
    private int errors,
        done;

    public DateTimeOffset StartedAt => startedAt;

    public DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    public RunState State { get; set; } = RunState.Running;

    public string Phase { get; set; } = RunStatus.Planning;

    public void Begin(LegSummary begun)
    {
        before += objects;
        (leg, objects, bytes, errors, done, Phase) = (begun, 0, 0, 0, 0, "exporting");
        Show();
    }

    public void Count(UnitSummary unit)
    {
        Add(unit.Objects, unit.Bytes, unit.Failed);
        if (!unit.GoesOn)
            done++;
        Show();
    }

    public void Count(NodeSummary node)
    {
        Add(node.Objects, node.Bytes, node.Failed);
        done += node.Units;
        Show();
    }

    public void Show()
    {
        var seconds = (Now - startedAt).TotalSeconds;
        context.SetCustomStatus(
            new RunStatus
            {
                Run = order.Run,
                Kind = RunKind.Capture,
                State = State,
                Phase = Phase,
                StartedAt = startedAt,
                Cluster = order.Cluster,
                Policy = order.Policy,
                Objects = objects,
                ExpectedObjects = leg?.ExpectedObjects ?? 0,
                Bytes = bytes,
                ObjectsPerSecond = seconds > 0 ? Math.Round((before + objects) / seconds, 1) : 0,
                Errors = errors,
                UnitsDone = done,
                Units = leg?.Units ?? 0,
                Message = RunResult.Cut(leg?.Note),
            }
        );
    }

    private void Add(long moreObjects, long moreBytes, int moreErrors)
    {
        objects += moreObjects;
        bytes += moreBytes;
        errors += moreErrors;
    }
}
