using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations;

/// <summary>
/// What the activities of a process share: the documents of runs, and the captures and restores that it has in memory. Engines create an
/// activity for each call, and resolve this from their services. Thread-safe.
/// </summary>
public sealed class RunWorkspace
{
    public RunWorkspace(RunEnvironment environment)
    {
        Environment = environment;
        Records = new(environment);
        Captures = new(Records);
        Restores = new(Records);
        NewClusters = new(Records);
        Recoveries = new(Records, Restores);
    }

    public RunEnvironment Environment { get; }

    internal RunRecords Records { get; }
    internal CaptureRuns Captures { get; }
    internal RestoreRuns Restores { get; }
    internal NewClusterRuns NewClusters { get; }
    internal RecoveryRuns Recoveries { get; }
}
