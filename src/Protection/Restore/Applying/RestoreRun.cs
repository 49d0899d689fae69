using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>
/// Applies a stored plan in one process, stage by stage, a few bounded slices at a time; outcomes are persisted as they come, and a run that was killed goes on from them.
/// </summary>
public sealed class RestoreRun(RecoveryPointReader point, ClusterConnection target, OutcomeLog outcomes, TimeProvider time)
{
    /// <exception cref="RestoreException">The target or the point is not the plan's.</exception>
    public Task<RestoreReport> RunAsync(RestorePlan plan, IProgress<RestoreProgress>? progress, CancellationToken cancellation) => throw new NotImplementedException();
}

/// <summary>A run's outcomes on disk: one JSON document a line, appended; a torn last line is dropped on reading. The last outcome of a step counts.</summary>
public sealed class OutcomeLog(string path) : IDisposable
{
    public string Path { get; } = path;

    public IReadOnlyDictionary<int, StepOutcome> Read() => throw new NotImplementedException();

    public void Append(IEnumerable<StepOutcome> outcomes) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
