using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Capture.Planning;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>
/// Finds the safety point of a restore that ended after it was sealed and before the restore's journal had it. Nothing was written by then,
/// so that the point holds what the restore is about to change.
/// </summary>
internal static class SealedSafetyPoint
{
    /// <returns>Null: none was sealed since the plan that holds all that a new one would.</returns>
    public static async Task<SafetyPoint?> FindAsync(
        RunEnvironment environment,
        ClusterName cluster,
        RestorePlan plan,
        SafetyScope scope,
        CancellationToken cancellation
    )
    {
        var judged = await new PointCatalog(environment.Vault, environment.Trust).JudgeAsync(cluster, cancellation);
        var since = judged
            .Points.Where(p => p.Untrusted is null)
            .Select(p => p.Point)
            .Where(p => p.Seal.ClusterUid == plan.TargetUid && p.Seal.State == PointState.Succeeded && p.Seal.PinnedAt > plan.PlannedAt)
            .OrderByDescending(p => p.Seal.Sequence);
        foreach (var point in since)
        {
            var reader = await RecoveryPointReader.OpenAsync(environment.Vault, cluster, point, cancellation);
            // A policy's point ends by the policy's retention.
            if (reader.Inventory.Policy is null && Covers(reader.Inventory, scope))
                return new(cluster, point.Id);
        }
        return null;
    }

    private static bool Covers(Inventory inventory, SafetyScope scope)
    {
        var captured = inventory.Scope;
        var isWide =
            captured.ExcludedNamespaces.IsEmpty
            && captured.ExcludedResources.IsEmpty
            && captured.LabelSelector is null
            && scope.Types.Where(ExclusionRules.IsLeftOutByDefault).All(captured.IncludedResources.Contains);
        var hasNamespaces =
            captured.Namespaces.IsEmpty || (!scope.Namespaces.IsEmpty && scope.Namespaces.All(captured.Namespaces.Contains));
        return isWide && hasNamespaces && (!scope.WithVolumes || HasData(inventory));
    }

    private static bool HasData(Inventory inventory) =>
        inventory.Volumes is { } volumes && volumes.All(v => v.Protection != VolumeProtection.None || v.Export is not null);
}
