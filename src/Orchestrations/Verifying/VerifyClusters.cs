using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Verification;
using Holdfast.Control.Heads;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Verifying;

/// <summary>How far a verification is: clusters before this one are done.</summary>
/// <param name="Pack">Of this one, packs up to this are done, in order of digest; null: all of it is.</param>
internal sealed record VerifyPlace(ClusterName Cluster, ContentDigest? Pack);

/// <param name="Place">Null: at the beginning.</param>
internal sealed record VerifySubject(VerificationOrder Order, VerifyPlace? Place);

/// <param name="Place">Null with <paramref name="IsDone"/> false: at the beginning.</param>
/// <param name="Clusters">Done by this call.</param>
/// <param name="Damage">Found by this call.</param>
/// <param name="Bytes">Read by this call.</param>
internal sealed record VerifyProgress(VerifyPlace? Place, bool IsDone, int Clusters, int Damage, long Bytes);

/// <summary>
/// Verifies one cluster after the other, as many as the budget allows. A cluster that takes longer is continued by the next call. What was
/// found is noted for the report. Repeated, it reads the same again.
/// </summary>
internal sealed class VerifyClusters(RunRecords records) : RunActivity<VerifySubject, VerifyProgress>(records)
{
    public const string Name = nameof(VerifyClusters);

    protected override Task<VerifyProgress> DoAsync(VerifySubject subject, CancellationToken cancellation) =>
        Records.Stops.UnlessRequestedAsync(subject.Order.Run, token => VerifyAsync(subject, token), cancellation);

    private async Task<VerifyProgress> VerifyAsync(VerifySubject subject, CancellationToken cancellation)
    {
        var environment = Records.Environment;
        var began = environment.Time.GetTimestamp();
        bool IsOver() => environment.Time.GetElapsedTime(began) >= environment.Limits.VerifyBudget;
        var notes = new VerifyNotes(environment.Control, subject.Order.Run);
        var done = new VerifyProgress(subject.Place, false, 0, 0, 0);
        foreach (var cluster in await ClustersAsync(subject, cancellation))
        {
            // at least one at each call
            if (done.Clusters > 0 && IsOver())
                return done;
            var after = subject.Place is { } place && place.Cluster == cluster ? place.Pack : null;
            var (found, left) = await TryVerifyAsync(cluster, subject.Order, after, IsOver, cancellation);
            await notes.PutAsync(found, after, cancellation);
            done = new(
                new(cluster, left),
                false,
                done.Clusters + (left is null ? 1 : 0),
                done.Damage + found.Damage,
                done.Bytes + found.Bytes
            );
            if (left is not null)
                return done;
        }
        return done with { IsDone = true };
    }

    /// <summary>In order of name, those among them that were once in the vault, and of which nothing may be left.</summary>
    private async Task<IEnumerable<ClusterName>> ClustersAsync(VerifySubject subject, CancellationToken cancellation)
    {
        IEnumerable<ClusterName> all = subject.Order.Cluster is { } one
            ? [one]
            :
            [
                .. await SealedPoints.ClustersAsync(Records.Environment.Vault, cancellation),
                .. await new KnownHeads(Records.Environment.Control).ClustersAsync(cancellation),
            ];
        return all.Distinct().Where(c => IsLeft(c, subject.Place)).OrderBy(c => c.ToString(), StringComparer.Ordinal);
    }

    private static bool IsLeft(ClusterName cluster, VerifyPlace? place) =>
        place is null
        || string.CompareOrdinal(cluster.ToString(), place.Cluster.ToString()) > 0
        || (cluster == place.Cluster && place.Pack is not null);

    /// <summary>One cluster that can't be verified keeps no other from it.</summary>
    private async Task<(VerifiedCluster Found, ContentDigest? Left)> TryVerifyAsync(
        ClusterName cluster,
        VerificationOrder order,
        ContentDigest? after,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        try
        {
            var environment = Records.Environment;
            var request = new VerifyRequest(environment.Trust)
            {
                Packs = order.Packs,
                // before the seals are read: what is known was there then
                Heads = after is null ? await new KnownHeads(environment.Control).ReadAsync(cluster, cancellation) : [],
                After = after,
                IsOver = isOver,
            };
            var report = await PointVerifier.VerifyAsync(environment.Vault, cluster, request, null, cancellation);
            return (Found(cluster, report), report.Rest);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            var failure = Failure.Of(fault);
            if (failure.Side == FailureSide.Bug)
                RunActivityLog.Bug(Records.Environment.Log, fault, Name, cluster.ToString());
            return (new(cluster) { Failure = RunResult.Cut(failure.Message) }, null);
        }
    }

    private static VerifiedCluster Found(ClusterName cluster, VerifyReport report)
    {
        var damage = report.Findings.Where(f => f.IsDamage).ToList();
        return new(cluster)
        {
            Points = report.Points,
            PacksSeen = report.PacksSeen,
            Packs = report.Packs,
            Bytes = report.Bytes,
            Damage = damage.Count,
            Findings =
            [
                .. damage
                    .Take(VerifiedCluster.MostFindings)
                    .Select(f => new VerificationFinding($"{f.Kind}", f.Path, f.Point, RunResult.Cut(f.Message)!)),
            ],
        };
    }
}
