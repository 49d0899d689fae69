using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>Shows how far a fleet is as its run's status. Part of an orchestrator: depends only on its history.</summary>
internal sealed class FleetStatus(TaskOrchestrationContext context, FleetSize fleet, DateTimeOffset startedAt)
{
    private RunState state = RunState.Running;

    public FleetCounts Counts { get; private set; } = new();

    public void Update(Func<FleetCounts, FleetCounts> done)
    {
        Counts = done(Counts);
        Show();
    }

    public void Cancelling()
    {
        state = RunState.Cancelling;
        Show();
    }

    public void Show()
    {
        var seconds = (context.CurrentUtcDateTime - startedAt.UtcDateTime).TotalSeconds;
        context.SetCustomStatus(
            new RunStatus
            {
                Run = fleet.Order.Run,
                Kind = RunKind.Fleet,
                State = state,
                Phase = "capturing",
                StartedAt = startedAt,
                Policy = fleet.Order.Policy,
                Objects = Counts.Objects,
                Bytes = Counts.Bytes,
                ObjectsPerSecond = seconds > 0 ? Math.Round(Counts.Objects / seconds, 1) : 0,
                Errors = Counts.Failed,
                UnitsDone = Counts.Done,
                Units = fleet.Clusters,
                Message = RunResult.Cut(fleet.Order.Note),
            }
        );
    }
}
