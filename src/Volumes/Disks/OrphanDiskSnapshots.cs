using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Disks;

/// <summary>
/// Collects what captures that died have left in the cloud: snapshots of disks, and copies of snapshots, whose tags lead to this cluster
/// and
/// vault, and which no point refers to.
/// </summary>
/// <param name="cluster">The name under which its points are.</param>
internal sealed class OrphanDiskSnapshots(ICloudDisks disks, IBlobStore vault, ClusterName cluster, TimeProvider time)
{
    /// <summary>No capture seals later than this after it began.</summary>
    private static readonly TimeSpan Age = RecoveryPointWriter.SealingLimit;

    /// <exception cref="CloudException">The first that can't be listed or deleted; all others were tried.</exception>
    /// <exception cref="ArchiveException">A point can't be read: nothing is collected, since it may refer to any of them.</exception>
    public async Task CollectAsync(IEnumerable<AzureGroupId> groups, CancellationToken cancellation)
    {
        var failures = new FirstFailure();
        var orphans = new List<DiskSnapshot>();
        foreach (var group in groups.Distinct())
            await failures.TryAsync(async () => orphans.AddRange(await OrphansAsync(group, cancellation)), cancellation);
        if (orphans.Count > 0)
        {
            var named = await OrphanSnapshots.SealedHandlesAsync(vault, cluster, orphans.Min(o => o.CutAt!.Value), cancellation);
            var kept = named.ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var orphan in orphans.Where(o => !kept.Contains(o.Handle)))
                await failures.TryAsync(() => disks.DeleteAsync(orphan.Handle, cancellation), cancellation);
        }
        failures.Throw();
    }

    private async Task<IEnumerable<DiskSnapshot>> OrphansAsync(AzureGroupId group, CancellationToken cancellation) =>
        (await disks.TaggedAsync(group, DiskTags.Vault, DiskTags.Cut(vault.Location), cancellation)).Where(s =>
            s.CutAt is { } at && time.GetUtcNow() - at > Age && s.Tags.GetValueOrDefault(DiskTags.Cluster) == cluster.ToString()
        );
}
