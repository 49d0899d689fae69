using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Replication;

namespace Holdfast.Orchestrations.Replicating;

/// <summary>How far a replication is: what comes before this, by cluster and then replica, is done.</summary>
/// <param name="IsDone">This, too.</param>
internal sealed record ReplicatePlace(ClusterName Cluster, string Replica, bool IsDone);

/// <param name="Place">Null: at the beginning.</param>
internal sealed record ReplicateSubject(ReplicationOrder Order, ReplicatePlace? Place);

/// <param name="Busy">The replica that another run copies into now; null: none stands in the way.</param>
/// <param name="Points">Copied by this call.</param>
/// <param name="Bytes">Copied by this call.</param>
internal sealed record ReplicateProgress(ReplicatePlace? Place, bool IsDone, string? Busy, int Points, long Bytes);

/// <summary>
/// Copies one cluster's points after the other into one replica after the other, as much as the budget allows. What is copied counts at
/// once; repeated, it continues.
/// </summary>
internal sealed class ReplicateClusters(RunRecords records) : RunActivity<ReplicateSubject, ReplicateProgress>(records)
{
    public const string Name = nameof(ReplicateClusters);

    /// <summary>How long a replica is another run's after the budget is over: a process that was killed gives nothing back.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>When a cluster is tried again that couldn't be replicated.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, ReplicaLook> looks = [];

    protected override Task<ReplicateProgress> DoAsync(ReplicateSubject subject, CancellationToken cancellation) =>
        Records.Stops.UnlessRequestedAsync(subject.Order.Run, token => ReplicateAsync(subject, token), cancellation);

    private async Task<ReplicateProgress> ReplicateAsync(ReplicateSubject subject, CancellationToken cancellation)
    {
        var (environment, order) = (Records.Environment, subject.Order);
        var began = environment.Time.GetTimestamp();
        bool IsOver() => environment.Time.GetElapsedTime(began) >= environment.Limits.ReplicateBudget;
        var waiting = new UnreplicatedClusters(environment.Control);
        var done = new ReplicateProgress(subject.Place, false, null, 0, 0);
        foreach (var cluster in await ClustersAsync(subject, waiting, cancellation))
        {
            var isBegun = subject.Place?.Cluster == cluster;
            foreach (var replica in environment.Replicas.Where(r => order.Replica is null || r.Name == order.Replica))
            {
                if (IsBehind(new(cluster, replica.Name, true), subject.Place))
                    continue;
                if (IsOver())
                    return done;
                var lease = new ReplicaLease(environment.Control, replica.Name, environment.Time);
                if (!await lease.TryTakeAsync(order.Run, environment.Limits.ReplicateBudget + Margin, cancellation))
                    return done with { Busy = replica.Name };
                // once, and before it is looked at: what is sealed meanwhile is noted again
                if (!isBegun)
                    await waiting.RemoveAsync(cluster, cancellation);
                isBegun = true;
                var (one, isUnfinished) = await TryReplicateAsync(cluster, replica, IsOver, cancellation);
                if (one.Failure is not null)
                    await waiting.AddAsync(cluster, environment.Time.GetUtcNow() + Again, cancellation);
                await lease.ReturnAsync(order.Run, CancellationToken.None);
                await new ReplicationNotes(environment.Control, order.Run).AddAsync(one, cancellation);
                done = new(new(cluster, replica.Name, !isUnfinished), false, null, done.Points + one.Points, done.Bytes + one.Bytes);
                if (isUnfinished)
                    return done;
            }
        }
        return done with { IsDone = true };
    }

    private async Task<IEnumerable<ClusterName>> ClustersAsync(
        ReplicateSubject subject,
        UnreplicatedClusters waiting,
        CancellationToken cancellation
    )
    {
        IEnumerable<ClusterName> all =
            subject.Order.Cluster is { } one ? [one]
            : subject.Order.IsAfterSeals
                ? (await waiting.DueAsync(Records.Environment.Time.GetUtcNow(), cancellation)).Concat(
                    subject.Place is { } at ? [at.Cluster] : []
                )
            : await SealedPoints.ClustersAsync(Records.Environment.Vault, cancellation);
        var first = subject.Place?.Cluster.ToString() ?? "";
        return all.Distinct()
            .Where(c => string.CompareOrdinal(c.ToString(), first) >= 0)
            .OrderBy(c => c.ToString(), StringComparer.Ordinal);
    }

    /// <summary>Replicas are in order of name.</summary>
    private static bool IsBehind(ReplicatePlace next, ReplicatePlace? place) =>
        place is not null
        && place.Cluster == next.Cluster
        && string.CompareOrdinal(next.Replica, place.Replica) is var order
        && (order < 0 || (order == 0 && place.IsDone));

    /// <summary>One cluster or replica that can't be used keeps no other from it.</summary>
    private async Task<(ReplicatedCluster Done, bool IsUnfinished)> TryReplicateAsync(
        ClusterName cluster,
        Replica replica,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        try
        {
            var look = await LookAsync(replica, cancellation);
            if (look.Failure is { } failure)
                return (new(cluster, replica.Name) { Failure = failure }, false);
            if (look.Takeovers!.Clusters.Contains(cluster))
                return (new(cluster, replica.Name) { IsTakenOver = true }, false);
            return await ReplicateAsync(cluster, replica, isOver, cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            var failure = Failure.Of(fault);
            if (failure.Side == FailureSide.Bug)
                RunActivityLog.Bug(Records.Environment.Log, fault, Name, cluster.ToString());
            var message = RunResult.Cut(failure.Message)!;
            // whoever doesn't answer isn't asked again for every other cluster
            if (fault is ArchiveException { IsTransient: true })
                looks[replica.Name] = new(null, message);
            return (new(cluster, replica.Name) { Failure = message }, false);
        }
    }

    private async Task<(ReplicatedCluster, bool)> ReplicateAsync(
        ClusterName cluster,
        Replica replica,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        var environment = Records.Environment;
        var means = new ReplicationMeans(environment.Trust, environment.Time, environment.Control)
        {
            Terms = replica.Terms,
            Images = replica.Images,
        };
        var replication = new VaultReplication(environment.Vault, replica.Store, cluster, means);
        var plan = await replication.PlanAsync(cancellation);
        var result = await replication.ApplyAsync(plan, isOver, null, cancellation);
        var done = new ReplicatedCluster(cluster, replica.Name)
        {
            Points = result.Points,
            Seals = result.Seals,
            Packs = result.Packs,
            Bytes = result.Bytes,
            Holds = result.Holds,
            Here = plan.Here?.Id,
            There = (result.Newest ?? plan.There)?.Id,
            Findings = [.. result.Findings.Take(ReplicatedCluster.MostFindings).Select(f => RunResult.Cut(f.Message)!)],
        };
        await new ReplicaStates(environment.Control).NoteAsync(
            new(cluster, replica.Name, done.Here, done.There, environment.Time.GetUtcNow(), result.Findings.Length),
            cancellation
        );
        return (done, result.IsUnfinished);
    }

    /// <summary>The replica is asked once by each call who has taken over what.</summary>
    private async Task<ReplicaLook> LookAsync(Replica replica, CancellationToken cancellation)
    {
        if (!looks.TryGetValue(replica.Name, out var look))
        {
            var takeovers = await Takeovers.ReadAsync(replica.Store, cancellation);
            await new Fences(Records.Environment.Control).UpdateAsync(replica.Name, takeovers, cancellation);
            looks[replica.Name] = look = new(takeovers, null);
        }
        return look;
    }

    /// <param name="Failure">Why it can't be used; null: it can.</param>
    private sealed record ReplicaLook(Takeovers? Takeovers, string? Failure);
}
