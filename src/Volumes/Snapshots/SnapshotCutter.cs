using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Manifests;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Has the snapshots of a batch cut, all at once, and secures each: its content is retained whatever becomes of the VolumeSnapshot. Bounded
/// in time; repeated, it continues.
/// </summary>
/// <param name="groups">Null: each snapshot is cut alone.</param>
internal sealed class SnapshotCutter(SnapshotObjects objects, GroupCutter? groups, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Requests at once.</summary>
    private const int Lanes = 16;

    /// <summary>Creates the VolumeSnapshots and waits until the storage system has cut each.</summary>
    /// <param name="limit">How long it may take; what isn't cut by then is not protected.</param>
    public async Task<ImmutableArray<CutVolume>> CutAsync(
        IReadOnlyList<PlannedVolume> volumes,
        TimeSpan limit,
        CancellationToken cancellation
    )
    {
        var began = time.GetTimestamp();
        await (groups?.CreateAsync(volumes, cancellation) ?? Task.CompletedTask);
        var states = await EachAsync(volumes, v => CreateAsync(v, cancellation));
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var (seen, hidden) = await SnapshotsAsync(volumes, cancellation);
            if (hidden is not null)
                return [.. states.Select(s => s.Problem is null ? s with { Problem = hidden } : s)];
            states = await EachAsync(states, s => LookAsync(s, seen.GetValueOrDefault(s.Number), cancellation));
            states = [.. states.Zip(volumes, (s, v) => s.Problem is null && groups?.ProblemOf(v) is { } p ? s with { Problem = p } : s)];
            if (states.All(s => s.IsSecured || s.Problem is not null))
                return states;
            if (time.GetElapsedTime(began) + pause > limit)
                return [.. states.Select(s => s.IsSecured ? s : Late(s, seen.GetValueOrDefault(s.Number), limit))];
            await Task.Delay(pause, time, cancellation);
        }
    }

    private async Task<CutVolume> CreateAsync(PlannedVolume volume, CancellationToken cancellation) =>
        new(volume.Number!.Value)
        {
            Problem =
                groups?.Takes(volume) == true
                    ? null
                    : await objects.CreateAsync(
                        volume.Record.Namespace!,
                        volume.Record.Claim!,
                        volume.Class!,
                        volume.Number!.Value,
                        cancellation
                    ),
        };

    /// <returns>By the volume's number; with why they can't be listed by these credentials, null: they can.</returns>
    private async Task<(Dictionary<int, JsonObject> Seen, string? Hidden)> SnapshotsAsync(
        IReadOnlyList<PlannedVolume> volumes,
        CancellationToken cancellation
    )
    {
        var all = new Dictionary<int, JsonObject>();
        try
        {
            if (groups is not null)
                all = await groups.LookAsync(volumes, cancellation);
            foreach (var ns in volumes.Where(v => groups?.Takes(v) != true).GroupBy(v => v.Record.Namespace!))
            {
                var seen = await objects.SnapshotsAsync(ns.Key, cancellation);
                foreach (var number in ns.Select(v => v.Number!.Value))
                    if (seen.GetValueOrDefault(objects.NameOf(number)) is { } snapshot)
                        all[number] = snapshot;
            }
            return (all, null);
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.Forbidden)
        {
            return (all, $"whether its snapshot was cut can't be found out: {e.Message}");
        }
    }

    /// <summary>A snapshot that is cut has a content with its handle: it is secured in that moment.</summary>
    private async Task<CutVolume> LookAsync(CutVolume state, JsonObject? snapshot, CancellationToken cancellation)
    {
        var status = snapshot.Object("status");
        if (state.IsSecured || state.Problem is not null || SnapshotContent.Of(snapshot) is not { } content)
            return state;
        state = state with { Content = content };
        if (status.Text("creationTime") is null)
            return state;
        var (secured, problem) = await objects.SecureAsync(content, cancellation);
        return secured is null ? state with { Problem = problem } : state.With(secured);
    }

    private static CutVolume Late(CutVolume state, JsonObject? snapshot, TimeSpan limit) =>
        state.Problem is not null
            ? state
            : state with
            {
                Problem =
                    $"no snapshot was cut within {limit.TotalSeconds:0} s"
                    + (snapshot.Object("status").Object("error").Text("message") is { } said ? $": {said}" : ""),
            };

    private static async Task<ImmutableArray<CutVolume>> EachAsync<T>(IReadOnlyList<T> items, Func<T, Task<CutVolume>> act)
    {
        var results = new CutVolume[items.Count];
        await Parallel.ForAsync(
            0,
            items.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes },
            async (i, _) => results[i] = await act(items[i])
        );
        return [.. results];
    }
}
