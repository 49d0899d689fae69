using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Applying;

/// <summary>Plans restores into a cluster that is connected to; it is sent a dry run where the request asks for one.</summary>
public static class TargetPlanner
{
    public static RestorePlanner Of(RecoveryPointReader point, ClusterConnection target, TimeProvider time) =>
        new(new(point), cancellation => RestoreTarget.ReadAsync(target, cancellation), time, () => new())
        {
            DryRun = (plan, progress, cancellation) => DryRunWrites.RunAsync(plan, point, target, time, progress, cancellation),
        };
}
