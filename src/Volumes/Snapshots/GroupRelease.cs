using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Removes group snapshots from a cluster, and from the storage those of which no snapshot is needed. A driver deletes the snapshots of a
/// group together: while one is needed, all stay.
/// </summary>
internal sealed class GroupRelease(GroupObjects groups, FirstFailure failures)
{
    /// <summary>Of a run.</summary>
    /// <param name="isNeeded">Whether a snapshot with this handle is.</param>
    public async Task ReleaseAsync(Predicate<string> isNeeded, CancellationToken cancellation)
    {
        Dictionary<string, JsonObject> live = [],
            contents = [];
        await failures.TryAsync(async () => live = await groups.GroupsAsync(null, cancellation), cancellation);
        await failures.TryAsync(async () => contents = await groups.ContentsAsync(cancellation), cancellation);
        await ReleaseAsync(live.Values, contents.Values, isNeeded, cancellation);
    }

    /// <param name="contents">Those that carry a run's labels: of another nothing is needed.</param>
    public async Task ReleaseAsync(
        IEnumerable<JsonObject> live,
        IReadOnlyCollection<JsonObject> contents,
        Predicate<string> isNeeded,
        CancellationToken cancellation
    )
    {
        var known = contents.ToDictionary(NameOf, c => GroupObjects.HandlesOf(c).Any(h => isNeeded(h)));
        foreach (var bound in live.Select(GroupObjects.ContentOf).OfType<string>())
            known.TryAdd(bound, false);
        foreach (var content in known.Where(c => !c.Value))
            await failures.TryAsync(() => groups.PurgeContentAsync(content.Key, cancellation), cancellation);
        foreach (var group in live)
            await failures.TryAsync(
                () => groups.DeleteGroupAsync(group.Object("metadata").Text("namespace") ?? "", NameOf(group), cancellation),
                cancellation
            );
        foreach (var content in known.Where(c => c.Value))
            await failures.TryAsync(() => groups.DeleteContentAsync(content.Key, cancellation), cancellation);
    }

    private static string NameOf(JsonObject manifest) => manifest.Object("metadata").Text("name") ?? "";
}
