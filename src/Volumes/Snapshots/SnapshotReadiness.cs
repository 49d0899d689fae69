using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Manifests;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Follows snapshots that were cut until the storage system says that they can be restored. Their VolumeSnapshots are deleted meanwhile, so
/// that no one deletes or takes over one by accident; what can't be deleted, or failed, is left for the release.
/// </summary>
internal sealed class SnapshotReadiness(SnapshotObjects objects, GroupObjects? groups, TimeSpan limit)
{
    private const int Lanes = 8;

    /// <param name="isLast">What isn't ready now is not protected.</param>
    /// <returns>How each is now, and how many are still waited for.</returns>
    public async Task<(ImmutableArray<CutVolume> Volumes, int Waiting)> LookAsync(
        ImmutableArray<PlannedVolume> planned,
        ImmutableArray<CutVolume> cut,
        bool isLast,
        CancellationToken cancellation
    )
    {
        if (!cut.Any(v => v.IsSecured))
            return (cut, 0);
        await new FirstFailure().TryAsync(() => DeleteSnapshotsAsync(planned, cut, cancellation), cancellation);
        var (contents, hidden) = await ContentsAsync(cancellation);
        var waiting = 0;
        var states = ImmutableArray.CreateBuilder<CutVolume>(cut.Length);
        foreach (var state in cut)
        {
            var now =
                !state.IsSecured ? state
                : hidden is null ? Look(state, contents.GetValueOrDefault(state.Content!), isLast)
                : state with { Problem = $"whether its snapshot is ready to use can't be found out: {hidden}" };
            if (now is null)
                waiting++;
            states.Add(now ?? state);
        }
        return (states.ToImmutable(), waiting);
    }

    /// <returns>With why they can't be listed by these credentials; null: they can.</returns>
    private async Task<(Dictionary<string, JsonObject> Contents, string? Hidden)> ContentsAsync(CancellationToken cancellation)
    {
        try
        {
            return (await objects.ContentsAsync(cancellation), null);
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.Forbidden)
        {
            return ([], e.Message);
        }
    }

    /// <summary>Of what is secured only: the content of another may go with its VolumeSnapshot, and is asked about at the end.</summary>
    private async Task DeleteSnapshotsAsync(
        ImmutableArray<PlannedVolume> planned,
        ImmutableArray<CutVolume> cut,
        CancellationToken cancellation
    )
    {
        var secured = cut.Where(v => v.IsSecured).Select(v => v.Number).ToHashSet();
        var left = await objects.SnapshotsAsync(null, cancellation);
        await Parallel.ForEachAsync(
            planned.Where(p => secured.Contains(p.Number!.Value) && IsLeft(left.GetValueOrDefault(objects.NameOf(p.Number.Value)))),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation },
            async (p, token) => await objects.DeleteSnapshotAsync(p.Record.Namespace!, p.Number!.Value, token)
        );
        if (groups is not null && planned.Any(p => p.Group is not null))
            await DeleteGroupsAsync(planned.Where(p => p.Group is not null), secured, cancellation);
    }

    /// <summary>Of which all members are secured: their VolumeSnapshots go with it.</summary>
    private async Task DeleteGroupsAsync(IEnumerable<PlannedVolume> members, HashSet<int> secured, CancellationToken cancellation)
    {
        var left = await groups!.GroupsAsync(null, cancellation);
        foreach (var group in members.GroupBy(p => p.Group!.Value).Where(g => g.All(p => secured.Contains(p.Number!.Value))))
        {
            var name = groups.NameOf(group.Key);
            if (IsLeft(left.GetValueOrDefault(name)))
                await groups.DeleteGroupAsync(group.First().Record.Namespace!, name, cancellation);
        }
    }

    private static bool IsLeft(JsonObject? snapshot) =>
        snapshot is not null && snapshot.Object("metadata").Text("deletionTimestamp") is null;

    /// <returns>Null: it is still waited for.</returns>
    private CutVolume? Look(CutVolume state, JsonObject? content, bool isLast)
    {
        if (content is null)
            return state with { Problem = $"its VolumeSnapshotContent {state.Content} is gone: another program deleted it" };
        var status = content.Object("status");
        if (status.Flag("readyToUse"))
            return state.With(content) with { IsReady = true };
        if (!isLast)
            return null;
        var said = status.Object("error").Text("message");
        return state with
        {
            Problem = $"its snapshot wasn't ready to use within {limit.TotalMinutes:0.#} min{(said is null ? "" : $": {said}")}",
        };
    }
}
