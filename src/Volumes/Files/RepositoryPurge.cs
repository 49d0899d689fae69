using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Files;

/// <summary>A mover's snapshots that aren't kept.</summary>
/// <param name="Named">Of points that are purged.</param>
/// <param name="Unnamed">Those that no point names: of these, only what Holdfast's movers have made is forgotten.</param>
public sealed record UnkeptFiles(ImmutableArray<string> Named, ImmutableArray<string> Unnamed);

/// <summary>What became of them.</summary>
/// <param name="Gone">They and their data aren't there any more.</param>
/// <param name="Problem">Why others are, for a person; null with some left: a Job is at it, or the repository is in use.</param>
public sealed record RepositoryPurged(ImmutableHashSet<string> Gone, string? Problem = null);

/// <summary>
/// Forgets snapshots in the repository of a cluster's files, by a Job in the cluster that runs the mover. Only one runs for a repository,
/// and none while files are exported or restored, since it locks the repository. What takes longer is asked for again by the next purge.
/// </summary>
/// <param name="vault">Whose points the files are of (<see cref="Archive.Stores.IBlobStore.Location"/>).</param>
public sealed class RepositoryPurge(ClusterConnection connection, FileStorage storage, string vault, TimeProvider time)
{
    /// <summary>In a Job's variables.</summary>
    private const int MostAtOnce = 500;

    /// <summary>A small repository is done in a moment.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Purges are daily: the next one still reads how the Job ended.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    /// <summary>The credentials outlive their Job, which may start late.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    /// <summary>May be repeated: a snapshot that isn't there counts as gone once a Job has removed what no other needs.</summary>
    /// <exception cref="ClusterException">The cluster can't be asked.</exception>
    /// <exception cref="FileExportException">The repository can't be used.</exception>
    public async Task<RepositoryPurged> ForgetAsync(ClusterName cluster, FilePlan plan, UnkeptFiles files, CancellationToken cancellation)
    {
        var repository = storage.Repositories.LocationOf(cluster);
        if (!await storage.Repositories.IsBegunAsync(repository, cancellation))
            return new([.. files.Named, .. files.Unnamed]);
        var names = new MoverNames("purge", vault, cluster);
        var jobs = new MoverJobs(connection, plan.Export.Namespace, time);
        var began = time.GetTimestamp();
        for (var isStarted = false; ; await Task.Delay(Pause, time, cancellation))
        {
            var state = await jobs.LookAsync(names.Forgetting, cancellation);
            if (state.Phase == MoverPhase.Succeeded)
            {
                await jobs.RemoveAsync(names.Forgetting, cancellation);
                var gone = await GoneAsync(repository, files, cancellation);
                if (isStarted || gone.Count == files.Named.Length + files.Unnamed.Length)
                    return new(gone);
            }
            else if (state.Phase == MoverPhase.Failed)
            {
                await jobs.RemoveAsync(names.Forgetting, cancellation);
                return new([], $"the mover couldn't remove them: {state.Said}");
            }
            else if (state.Phase == MoverPhase.Missing && (isStarted || await jobs.RunningAsync(names.OwnerSelector, cancellation) > 0))
                return new([], isStarted ? $"the Job {names.Forgetting} was removed while it ran" : null);
            else if (state.Phase == MoverPhase.Missing)
            {
                await StartAsync(jobs, names, cluster, plan, files, cancellation);
                isStarted = true;
            }
            else if (time.GetElapsedTime(began) > Patience)
                return new([], state.Said);
        }
    }

    private async Task<ImmutableHashSet<string>> GoneAsync(Uri repository, UnkeptFiles files, CancellationToken cancellation)
    {
        var there = await storage.Repositories.SnapshotsAsync(repository, cancellation);
        return [.. files.Named.Concat(files.Unnamed).Where(f => !IsIn(there, f))];
    }

    /// <summary>A mover may have said the beginning of an id only: restic before 0.15 did.</summary>
    private static bool IsIn(IReadOnlyDictionary<string, DateTimeOffset> there, string snapshot) =>
        there.ContainsKey(snapshot) || there.Keys.Any(id => id.StartsWith(snapshot, StringComparison.Ordinal));

    private async Task StartAsync(
        MoverJobs jobs,
        MoverNames names,
        ClusterName cluster,
        FilePlan plan,
        UnkeptFiles files,
        CancellationToken cancellation
    )
    {
        var repository = storage.Repositories.LocationOf(cluster);
        var there = await storage.Repositories.SnapshotsAsync(repository, cancellation);
        // those that are gone already, too: it isn't known that their data is
        var named = files.Named.OrderByDescending(f => IsIn(there, f)).Take(MostAtOnce).ToArray();
        var unnamed = files.Unnamed.Where(f => IsIn(there, f)).Take(MostAtOnce - named.Length);
        var task = new MoverTask(names.Forgetting, Restic.Forget, plan.Export, names.Labels())
        {
            Kept = Kept,
            Variables = Restic.ForgetVariables(named, unnamed),
        };
        var lifetime = TimeSpan.FromHours(plan.Export.Hours) + Slack;
        var signature = await storage.Repositories.GrantAsync(repository, RepositoryUse.Write, lifetime, cancellation);
        var place = $"filesPassword of the registration of cluster {cluster}";
        var password = await storage.PasswordOf(plan.Password, place, cancellation);
        await jobs.StartAsync(task, Restic.SecretVariables(repository, signature, password), cancellation);
    }
}
