using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>Decides what a restore will do, and does nothing.</summary>
public sealed class RestorePlanner(RecoveryPointReader point, ClusterConnection target, TimeProvider time)
{
    /// <param name="run">The run's name (see <see cref="RestorePlan.Run"/>), from the caller's source of ids.</param>
    /// <exception cref="RestoreException">The request can't be planned: another cluster, an unknown kind, a malformed selector, <see cref="ExistingPolicy.Fail"/>. All that is wrong at once.</exception>
    public Task<RestorePlan> PlanAsync(RestoreRequest request, string run, IProgress<RestoreProgress>? progress, CancellationToken cancellation) => throw new NotImplementedException();
}
