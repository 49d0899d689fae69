using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations;

/// <summary>
/// What the activities of a process share: the documents of runs, and the captures and restores that it has in memory. Engines make
/// activities anew for each call, and resolve this from their services. Thread-safe.
/// </summary>
public sealed class RunWorkspace
{
    public RunWorkspace(RunEnvironment environment)
    {
        Environment = environment;
        Stops = new(environment.Control, environment.Time, environment.Limits.CancellationInterval, environment.Log);
        Reports = new(environment.Control, environment.Time) { Alone = environment.Alone };
        Orders = new(environment.Control, environment.Time);
        Fleets = new(Orders);
        Captures = new(environment, Stops);
        Restores = new(environment, Stops);
    }

    public RunEnvironment Environment { get; }

    internal RunStops Stops { get; }
    internal RunReports Reports { get; }
    internal RunOrders Orders { get; }
    internal FleetOrders Fleets { get; }
    internal CaptureRuns Captures { get; }
    internal RestoreRuns Restores { get; }
}
