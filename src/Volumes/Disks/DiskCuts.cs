using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Clouds;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Disks;

/// <summary>
/// The snapshots of a capture that the cloud takes of its disks directly: cut, followed until a disk can be made from them, deleted. Every
/// call may be repeated, and continues.
/// </summary>
/// <param name="cluster">The name under which the point is.</param>
/// <param name="vault">Where it is written.</param>
internal sealed class DiskCuts(ICloudDisks disks, CloudVolumes cloud, string run, ClusterName cluster, string vault, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Requests at once: a subscription's limits are shared with everything else in it.</summary>
    private const int Lanes = 4;

    /// <summary>Begins every snapshot, and waits until the cloud has cut each: what it holds doesn't change with the disk any
    /// more.</summary>
    /// <param name="limit">How long it may take; what isn't cut by then is not protected.</param>
    public async Task<ImmutableArray<CutVolume>> CutAsync(
        IReadOnlyList<PlannedVolume> volumes,
        TimeSpan limit,
        CancellationToken cancellation
    )
    {
        var began = time.GetTimestamp();
        var states = volumes.Select(v => new CutVolume(v.Number!.Value)).ToArray();
        for (string?[] said = new string?[volumes.Count]; ; )
        {
            await EachAsync(
                Enumerable.Range(0, states.Length).Where(i => !IsOver(states[i])),
                async (i, token) => (states[i], said[i]) = await CutAsync(volumes[i], states[i], token),
                cancellation
            );
            if (states.All(IsOver))
                return [.. states];
            if (time.GetElapsedTime(began) + Pause > limit)
                return [.. states.Select((s, i) => IsOver(s) ? s : s with { Problem = Late(limit, said[i]) })];
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Looks how far snapshots that were cut are.</summary>
    /// <returns>How each is now, and how many are still waited for.</returns>
    public async Task<(ImmutableArray<CutVolume> Volumes, int Waiting)> LookAsync(
        ImmutableArray<CutVolume> cut,
        bool isLast,
        CancellationToken cancellation
    )
    {
        var states = cut.ToArray();
        await EachAsync(
            Enumerable.Range(0, states.Length).Where(i => states[i].IsSecured),
            async (i, token) => states[i] = await LookAsync(states[i], isLast, token),
            cancellation
        );
        return ([.. states], states.Count(s => s is { IsSecured: true, IsReady: false }));
    }

    /// <summary>Deletes the snapshots that no point refers to.</summary>
    /// <param name="planned">Those that one was, or would have been, made of.</param>
    /// <exception cref="CloudException">The first that couldn't be deleted; all others were tried.</exception>
    public async Task ReleaseAsync(IEnumerable<PlannedVolume> planned, Predicate<int> isKept, CancellationToken cancellation)
    {
        var failures = new FirstFailure();
        await EachAsync(
            planned.Where(p => !isKept(p.Number!.Value)),
            (p, token) => failures.TryAsync(() => disks.DeleteAsync(disks.HandleOf(OrderOf(p)), token), token),
            cancellation
        );
        failures.Throw();
    }

    public DiskSnapshotOrder OrderOf(PlannedVolume volume) =>
        new(
            volume.Disk!,
            cloud.Cluster?.SnapshotResourceGroup,
            DiskTags.NameOf(run, volume.Number!.Value),
            DiskTags.Of(run, cluster, volume.Record, vault)
        );

    private static bool IsOver(CutVolume state) => state.IsSecured || state.Problem is not null;

    /// <returns>And why it isn't cut yet; null: nothing is wrong.</returns>
    private async Task<(CutVolume State, string? Said)> CutAsync(PlannedVolume volume, CutVolume state, CancellationToken cancellation)
    {
        try
        {
            var snapshot = await disks.CutAsync(OrderOf(volume), cancellation);
            if (snapshot.Problem is { } problem)
                return (state with { Problem = $"no snapshot of its disk could be taken: {problem}" }, null);
            return (
                state with
                {
                    Handle = snapshot.Handle,
                    CutAt = snapshot.CutAt,
                    RestoreBytes = snapshot.Bytes,
                    IsReady = snapshot is { CutAt: not null, IsReady: true },
                },
                null
            );
        }
        catch (CloudException e) when (e.IsTransient)
        {
            return (state, e.Message);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return (state with { Problem = $"no snapshot of its disk could be taken: {e.Message}" }, null);
        }
    }

    private async Task<CutVolume> LookAsync(CutVolume state, bool isLast, CancellationToken cancellation)
    {
        try
        {
            if (await disks.FindAsync(state.Handle!, cancellation) is not { } now)
                return state with { Problem = $"its snapshot {state.Handle} is gone: someone deleted it" };
            if (now.Problem is not null)
                return state with { Problem = $"its snapshot {state.Handle} can't be used: {now.Problem}" };
            state = state with { IsReady = now.IsReady, RestoreBytes = now.Bytes ?? state.RestoreBytes };
            return state.IsReady || !isLast ? state : state with { Problem = $"its snapshot {state.Handle} wasn't ready to use in time" };
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return isLast ? state with { Problem = $"whether its snapshot is ready to use can't be found out: {e.Message}" } : state;
        }
    }

    private static string Late(TimeSpan limit, string? said) =>
        $"no snapshot of its disk was cut within {limit.TotalSeconds:0} s{(said is null ? "" : $": {said}")}";

    private static Task EachAsync<T>(IEnumerable<T> parts, Func<T, CancellationToken, Task> act, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            parts.ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation },
            async (part, token) => await act(part, token)
        );
}
