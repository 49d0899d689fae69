using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Vault.Holds;

namespace Holdfast.Vault.Replication;

/// <summary>What a replication copied.</summary>
/// <param name="Points">Points that are whole in the replica now.</param>
/// <param name="Seals">Seals of points that had expired, or that are damaged in the vault.</param>
/// <param name="Findings">What wasn't copied, and why.</param>
/// <param name="IsUnfinished">The time was over; the next call continues.</param>
public sealed record ReplicationResult(
    int Points,
    int Seals,
    int Packs,
    long Bytes,
    int Holds,
    ImmutableArray<ReplicationFinding> Findings,
    bool IsUnfinished
)
{
    /// <summary>The newest point that is whole in the replica, if this call copied it; null: it copied none.</summary>
    public SealedPoint? Newest { get; init; }
}

/// <summary>
/// Makes another vault a replica of one cluster's part of a vault: copies what it is missing, in the order of the chain, so that it is a
/// valid vault at each moment. Nothing of it is deleted or written over, whatever happens to the vault. May be repeated, cut short
/// anywhere, and run beside captures, other replications and purges of either side.
/// </summary>
public sealed class VaultReplication(IBlobStore source, IBlobStore replica, ClusterName cluster, ReplicationMeans means)
{
    /// <summary>Whoever held a point there; a hold here ends by itself.</summary>
    private const string Holder = "replication";

    /// <summary>One listing of each side, and one read of each seal that wasn't read before.</summary>
    /// <exception cref="ArchiveException">One of the vaults can't be read.</exception>
    public async Task<ReplicationPlan> PlanAsync(CancellationToken cancellation)
    {
        // first the replica: what is copied meanwhile is found to be there when it is written
        var there = await VaultSide.ReadAsync(replica, cluster, means.Cache, cancellation);
        var here = await VaultSide.ReadAsync(source, cluster, means.Cache, cancellation);
        return new ReplicationPlanner(cluster, here, there, means.Trust).Plan(replica.Immutability);
    }

    /// <summary>Copies what the plan says, until it is over.</summary>
    /// <exception cref="ArchiveException">One of the vaults can't be used; what was copied stays, and counts.</exception>
    public async Task<ReplicationResult> ApplyAsync(
        ReplicationPlan plan,
        Func<bool> isOver,
        IProgress<ReplicationProgress>? shown,
        CancellationToken cancellation
    )
    {
        var progress = new CopyProgress(plan.Copies.Length, shown);
        var copying = new PointCopying(source, replica, cluster, means, progress, isOver);
        if (!plan.IsEmpty)
            await PrepareAsync(copying, cancellation);
        var run = new CopyRun(copying, plan, progress);
        var isDone = await run.CopyAsync(isOver, cancellation);
        foreach (var expiry in isDone ? plan.Expired : [])
            await run.TryAsync(
                expiry.Point,
                () => copying.WriteAsync(VaultPaths.Expired(cluster, expiry.Point), expiry.ToBytes(), null, cancellation)
            );
        var holds = isDone ? await HoldAsync(plan, run, cancellation) : 0;
        return run.Result(holds, !isDone);
    }

    /// <summary>The marker, and the vault's keys, before anything that needs them.</summary>
    private async Task PrepareAsync(PointCopying copying, CancellationToken cancellation)
    {
        var marker = new VaultMarker().ToBytes();
        if (await source.ReadAsync(VaultPaths.Marker, null, cancellation) is { } existing)
            VaultMarker.Read(marker = existing);
        if (await replica.ReadAsync(VaultPaths.Marker, null, cancellation) is { } theirs)
            VaultMarker.Read(theirs);
        else
            await copying.WriteAsync(VaultPaths.Marker, marker, null, cancellation);
        var there = (await KeyDocuments.NumbersAsync(replica, cancellation)).ToHashSet();
        foreach (var number in (await KeyDocuments.NumbersAsync(source, cancellation)).Where(n => !there.Contains(n)))
        {
            if (await source.ReadAsync(VaultPaths.Key(number), null, cancellation) is { } key)
                await copying.WriteAsync(
                    VaultPaths.Key(number),
                    key,
                    means.Terms.Of(null, await replica.NowAsync(cancellation)),
                    cancellation
                );
        }
    }

    private async Task<int> HoldAsync(ReplicationPlan plan, CopyRun run, CancellationToken cancellation)
    {
        var (here, there, held) = (new PointHolds(source, cluster), new PointHolds(replica, cluster), 0);
        foreach (var point in plan.Holds.Where(run.IsSealed))
        {
            if (await FindAsync(here, point, cancellation) is not { } hold)
                continue;
            if (await run.TryAsync(point, () => there.AddAsync(point, hold.By, hold.Reason, hold.HeldAt, cancellation)))
                held++;
        }
        return held;
    }

    private async Task<PointHold?> FindAsync(PointHolds holds, PointId point, CancellationToken cancellation)
    {
        try
        {
            return await holds.FindAsync(point, cancellation);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.NewerVersion)
        {
            // it is held all the same
            return new()
            {
                Point = point,
                HeldAt = means.Time.GetUtcNow(),
                By = Holder,
                Reason = "it is held in the vault that it was copied from",
            };
        }
    }
}
