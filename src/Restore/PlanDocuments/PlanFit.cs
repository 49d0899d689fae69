using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;

namespace Holdfast.Restore.PlanDocuments;

/// <summary>Refuses to apply a plan to anything but what it was made for and from.</summary>
internal static class PlanFit
{
    public static void Check(RestorePlan plan, Seal seal)
    {
        if (plan.Format != RestorePlan.FormatName || plan.Version > RestorePlan.CurrentVersion)
            throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"'{plan.Format}' version {plan.Version} isn't a plan that this program reads; plan the restore again with this version"
            );
        if (seal.Point != plan.Request.Point || seal.Cluster != plan.Request.Cluster)
        {
            throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"the plan is of point {plan.Request.Point} of cluster '{plan.Request.Cluster}', but point {seal.Point} of "
                    + $"'{seal.Cluster}' was opened"
            );
        }
        if (seal.ClusterUid != plan.SourceUid)
        {
            throw new RestoreException(
                RestoreRefusal.OtherCluster,
                $"point {seal.Point} is of the cluster with kube-system uid {seal.ClusterUid}, the plan of one with {plan.SourceUid}; "
                    + "plan the restore again"
            );
        }
        if (plan.SourceUid != plan.TargetUid && !plan.Request.IntoOtherCluster)
        {
            throw new RestoreException(
                RestoreRefusal.OtherCluster,
                $"the plan's target (kube-system uid {plan.TargetUid}) isn't the cluster that was captured ({plan.SourceUid}), and "
                    + "the request doesn't allow another"
            );
        }
    }

    public static void Check(RestorePlan plan, Uri server, ClusterIdentity target)
    {
        if (target.Uid != plan.TargetUid.ToString())
        {
            throw new RestoreException(
                RestoreRefusal.OtherCluster,
                $"{server} is the cluster with kube-system uid {target.Uid}, but the plan is for {plan.TargetUid} "
                    + $"({plan.TargetServer}); use that cluster's context, or plan for this one"
            );
        }
    }
}
