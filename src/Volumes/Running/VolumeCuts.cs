using System.Collections.Immutable;
using Holdfast.Volumes.Disks;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Running;

/// <summary>The snapshots of a capture, whether the cluster's CSI drivers take them or the cloud does, of its disks.</summary>
/// <param name="objects">Null: the cluster serves no snapshots, and none is planned.</param>
/// <param name="api">Null: the cluster serves no group snapshots.</param>
/// <param name="groups">Those that are planned.</param>
/// <param name="disks">Null: none of a disk is planned.</param>
internal sealed class VolumeCuts(
    SnapshotObjects? objects,
    GroupObjects? api,
    ImmutableArray<PlannedGroup> groups,
    DiskCuts? disks,
    TimeProvider time
)
{
    /// <summary>Has all of a batch cut, at the same moment.</summary>
    /// <param name="limit">How long it may take; what isn't cut by then is not protected.</param>
    public async Task<ImmutableArray<CutVolume>> CutAsync(
        IReadOnlyCollection<PlannedVolume> volumes,
        TimeSpan limit,
        CancellationToken cancellation
    )
    {
        var (ofDisks, others) = Split(volumes);
        var both = await Task.WhenAll(
            others.Count == 0 ? None : new SnapshotCutter(objects!, GroupCutter, time).CutAsync(others, limit, cancellation),
            ofDisks.Count == 0 ? None : disks!.CutAsync(ofDisks, limit, cancellation)
        );
        return [.. both.SelectMany(v => v)];
    }

    /// <summary>Looks which can be restored from.</summary>
    /// <param name="ready">The limit after which one that isn't ready is not protected.</param>
    /// <param name="isLast">It has passed.</param>
    /// <returns>How each is now, and how many are still waited for.</returns>
    public async Task<(ImmutableArray<CutVolume> Volumes, int Waiting)> LookAsync(
        IReadOnlyCollection<PlannedVolume> planned,
        ImmutableArray<CutVolume> cut,
        TimeSpan ready,
        bool isLast,
        CancellationToken cancellation
    )
    {
        var (ofDisks, others) = Split(planned);
        var numbers = ofDisks.Select(v => v.Number!.Value).ToHashSet();
        var first =
            others.Count == 0
                ? ([], 0)
                : await new SnapshotReadiness(objects!, api, ready).LookAsync(
                    [.. others],
                    [.. cut.Where(v => !numbers.Contains(v.Number))],
                    isLast,
                    cancellation
                );
        var second =
            ofDisks.Count == 0 ? ([], 0) : await disks!.LookAsync([.. cut.Where(v => numbers.Contains(v.Number))], isLast, cancellation);
        return ([.. first.Volumes, .. second.Volumes], first.Waiting + second.Waiting);
    }

    /// <summary>Removes the run's objects, and the snapshots that no point refers to. Everything is tried, whatever fails.</summary>
    /// <param name="known">Contents that were seen.</param>
    /// <param name="kept">What a point refers to.</param>
    /// <param name="isNamed">Whether a point refers to the snapshot of a handle.</param>
    public async Task ReleaseAsync(
        IReadOnlyCollection<PlannedVolume> planned,
        IEnumerable<string> known,
        IReadOnlyDictionary<int, CutVolume> kept,
        Predicate<string> isNamed,
        CancellationToken cancellation
    )
    {
        var (ofDisks, others) = Split(planned);
        var failures = new FirstFailure();
        if (ofDisks.Count > 0)
            await failures.TryAsync(() => disks!.ReleaseAsync(ofDisks, kept.ContainsKey, cancellation), cancellation);
        if (others.Count > 0)
            await failures.TryAsync(
                () =>
                    new SnapshotRelease(objects!, api).ReleaseAsync(
                        [.. others],
                        known,
                        kept.Values.Select(v => v.Content).OfType<string>().ToHashSet(),
                        isNamed,
                        cancellation
                    ),
                cancellation
            );
        failures.Throw();
    }

    private GroupCutter? GroupCutter => api is not null && !groups.IsEmpty ? new(api, objects!, groups) : null;

    private static Task<ImmutableArray<CutVolume>> None => Task.FromResult(ImmutableArray<CutVolume>.Empty);

    private static (List<PlannedVolume> OfDisks, List<PlannedVolume> Others) Split(IReadOnlyCollection<PlannedVolume> volumes) =>
        ([.. volumes.Where(v => v.Disk is not null)], [.. volumes.Where(v => v.Disk is null)]);
}
