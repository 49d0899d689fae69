using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Targets;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore.Applying;

/// <summary>Plans restores into a cluster that is connected to; it is sent a dry run where the request asks for one.</summary>
public static class TargetPlanner
{
    /// <param name="disks">Makes disks of the cloud that the target is in; null: claims are planned without.</param>
    public static RestorePlanner Of(RecoveryPointReader point, ClusterConnection target, TimeProvider time, INewDisks? disks = null) =>
        new(new(point), cancellation => RestoreTarget.ReadAsync(target, cancellation), time, () => new())
        {
            Disks = disks,
            DryRun = (plan, progress, cancellation) => DryRunWrites.RunAsync(plan, point, target, time, progress, cancellation),
        };
}
