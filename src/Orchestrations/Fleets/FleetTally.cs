using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>Shows how far a fleet is as its run's status. Part of an orchestrator: sees only what history tells.</summary>
internal sealed class FleetTally(TaskOrchestrationContext context, FleetSize fleet, DateTimeOffset startedAt)
{
    private RunState state = RunState.Running;

    public FleetTotals Totals { get; private set; } = FleetTotals.None;

    public void Count(Func<FleetTotals, FleetTotals> done)
    {
        Totals = done(Totals);
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
                Objects = Totals.Objects,
                Bytes = Totals.Bytes,
                ObjectsPerSecond = seconds > 0 ? Math.Round(Totals.Objects / seconds, 1) : 0,
                Errors = Totals.Flawed,
                UnitsDone = Totals.Done,
                Units = fleet.Clusters,
                Message = RunResult.Cut(fleet.Order.Note),
            }
        );
    }
}
