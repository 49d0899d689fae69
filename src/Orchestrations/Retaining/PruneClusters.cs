using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Documents;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Orchestrations.Retaining;

/// <param name="After">Clusters after this one; null: from the first on.</param>
internal sealed record PruneSubject(RunId Run, ClusterName? After);

/// <param name="After">Clusters up to this one are done; null with <paramref name="IsDone"/> false: none is.</param>
/// <param name="Clusters">Done by this call.</param>
internal sealed record PruneProgress(ClusterName? After, bool IsDone, int Clusters, int Failed);

/// <summary>
/// Expires and purges points, one cluster after the other, as many as the budget allows. A cluster whose purge takes longer is continued by
/// the next call. What was done is noted for the report. Everything is decided again, so a repetition does what is left.
/// </summary>
internal sealed class PruneClusters(RunRecords records) : RunActivity<PruneSubject, PruneProgress>(records)
{
    public const string Name = nameof(PruneClusters);

    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(4);

    protected override Task<PruneProgress> DoAsync(PruneSubject subject, CancellationToken cancellation) =>
        Records.Stops.UnlessRequestedAsync(subject.Run, token => PruneAsync(subject, token), cancellation);

    private async Task<PruneProgress> PruneAsync(PruneSubject subject, CancellationToken cancellation)
    {
        var environment = Records.Environment;
        var began = environment.Time.GetTimestamp();
        var terms = await PolicyTerms.ReadAsync(new ControlDocuments(environment.Control), cancellation);
        var notes = new PruneNotes(environment.Control, subject.Run);
        var progress = new PruneProgress(subject.After, false, 0, 0);
        foreach (var cluster in await SealedPoints.ClustersAsync(environment.Vault, cancellation))
        {
            if (subject.After is { } after && string.CompareOrdinal(cluster.ToString(), after.ToString()) <= 0)
                continue;
            var left = Budget - environment.Time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
                return progress;
            var (pruned, isUnfinished) = await TryPruneAsync(cluster, terms, left, cancellation);
            await notes.AddAsync(pruned, cancellation);
            if (isUnfinished)
                return progress;
            progress = new(cluster, false, progress.Clusters + 1, progress.Failed + (pruned.Failure is null ? 0 : 1));
        }
        return progress with { IsDone = true };
    }

    /// <summary>One cluster that can't be pruned keeps no other from it.</summary>
    private async Task<(PrunedCluster Pruned, bool IsUnfinished)> TryPruneAsync(
        ClusterName cluster,
        PolicyTerms terms,
        TimeSpan budget,
        CancellationToken cancellation
    )
    {
        try
        {
            return await PruneAsync(cluster, terms, budget, cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            var failure = Failure.Of(fault);
            if (failure.Side == FailureSide.Bug)
                RunActivityLog.Bug(Records.Environment.Log, fault, Name, cluster.ToString());
            return (new(cluster) { Failure = RunResult.Cut(failure.Message) }, false);
        }
    }

    private async Task<(PrunedCluster Pruned, bool IsUnfinished)> PruneAsync(
        ClusterName cluster,
        PolicyTerms terms,
        TimeSpan budget,
        CancellationToken cancellation
    )
    {
        var environment = Records.Environment;
        var means = new PruneMeans(environment.Trust, environment.Signer, environment.Time)
        {
            Volumes = new VolumeDataRemoval(environment),
        };
        var pruning = new VaultPruning(environment.Vault, cluster, means);
        var plan = await pruning.PlanAsync(_ => terms, cancellation);
        var done = await pruning.ApplyAsync(plan, budget, cancellation);
        var pruned = new PrunedCluster(cluster)
        {
            Points = plan.Points.Length - done.Expired,
            Expired = done.Expired,
            Purged = done.Purged,
            Packs = done.Packs.Packs,
            Bytes = done.Packs.Bytes,
            Volumes = done.Volumes + done.Images + done.Files,
            Problems = PruneNotes.First([.. plan.Obstacles, .. done.Problems]),
        };
        return (pruned, done.IsUnfinished);
    }
}
