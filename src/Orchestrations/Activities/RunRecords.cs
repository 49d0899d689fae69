using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Activities;

/// <summary>What every activity of a process works with: the edges, and the documents of runs. Thread-safe.</summary>
internal sealed class RunRecords
{
    public RunRecords(RunEnvironment environment)
    {
        Environment = environment;
        Stops = new(environment.Control, environment.Time, environment.Limits.CancellationInterval, environment.Log);
        Reports = new(environment.Control, environment.Time) { Alone = environment.Alone };
        Orders = new(environment.Control, environment.Time);
        Fleets = new(Orders);
    }

    public RunEnvironment Environment { get; }

    public RunStops Stops { get; }

    public RunReports Reports { get; }

    public RunOrders Orders { get; }

    public FleetOrders Fleets { get; }
}
