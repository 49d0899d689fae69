using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Removes a run's objects from the cluster at its end, and the storage's snapshots that no point refers to. Everything is tried, whatever
/// can't be removed. Repeated, it removes what is left.
/// </summary>
internal sealed class SnapshotRelease(SnapshotObjects objects, GroupObjects? groups)
{
    private const int Lanes = 8;

    /// <param name="planned">Those that a snapshot was, or would have been, made of.</param>
    /// <param name="known">Contents that were seen, whether or not they carry the run's labels.</param>
    /// <param name="kept">The contents whose snapshots a point refers to: only the objects are deleted.</param>
    /// <param name="isNeeded">Whether a point refers to the snapshot with this handle.</param>
    /// <exception cref="Clusters.ClusterException">The first that couldn't be removed.</exception>
    public async Task ReleaseAsync(
        ImmutableArray<PlannedVolume> planned,
        IEnumerable<string> known,
        IReadOnlySet<string> kept,
        Predicate<string> isNeeded,
        CancellationToken cancellation
    )
    {
        var failures = new FirstFailure();
        var contents = known.ToHashSet();
        Dictionary<string, JsonObject>? snapshots = null;
        await failures.TryAsync(async () => snapshots = await objects.SnapshotsAsync(null, cancellation), cancellation);
        await failures.TryAsync(async () => contents.UnionWith((await objects.ContentsAsync(cancellation)).Keys), cancellation);
        // a content without the run's labels is known by its VolumeSnapshot only
        contents.UnionWith((snapshots ?? []).Values.Select(SnapshotContent.Of).OfType<string>());
        // first: a group that isn't ready has its members' contents made again
        if (groups is not null)
            await new GroupRelease(groups, failures).ReleaseAsync(isNeeded, cancellation);
        await EachAsync(contents.Where(c => !kept.Contains(c)), (c, token) => objects.PurgeContentAsync(c, token));
        await EachAsync(
            snapshots?.Values.Select(NameOf) ?? planned.Select(p => (p.Record.Namespace!, objects.NameOf(p.Number!.Value))),
            (name, token) => objects.DeleteSnapshotAsync(name.Item1, name.Item2, token)
        );
        await EachAsync(contents.Where(kept.Contains), (c, token) => objects.DeleteContentAsync(c, token));
        failures.Throw();

        Task EachAsync<T>(IEnumerable<T> parts, Func<T, CancellationToken, Task> act) =>
            Parallel.ForEachAsync(
                parts,
                new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation },
                async (part, token) => await failures.TryAsync(() => act(part, token), token)
            );
    }

    private static (string Namespace, string Name) NameOf(JsonObject snapshot)
    {
        var metadata = snapshot.Object("metadata");
        return (metadata.Text("namespace") ?? "", metadata.Text("name") ?? "");
    }
}
