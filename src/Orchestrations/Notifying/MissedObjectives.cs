using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>A cluster that a policy is for.</summary>
/// <param name="LastGood">When its last good point was taken; null: it has none.</param>
internal sealed record ProtectedCluster(string Policy, ClusterName Cluster, DateTimeOffset? LastGood);

/// <summary>How old points are and how far replicas are behind, held against what each target asks for.</summary>
internal sealed class MissedObjectives(ImmutableArray<ProtectedCluster> clusters, ImmutableArray<ReplicaLag> lags, DateTimeOffset now)
{
    private const int Parallel = 8;
    private static readonly TimeSpan DefaultAge = TimeSpan.FromHours(26);
    private static readonly TimeSpan DefaultLag = TimeSpan.FromHours(6);

    /// <summary>Vaults are asked where a target wants to know only.</summary>
    public static async Task<MissedObjectives> MeasureAsync(
        RunEnvironment environment,
        ImmutableArray<NotificationTarget> targets,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        bool IsWanted(string type) => targets.Any(target => (target.Events ?? NoticeType.Chosen).Contains(type));
        return new(
            IsWanted(NoticeType.ObjectiveMissed) ? await ClustersAsync(environment, cancellation) : [],
            IsWanted(NoticeType.ReplicaLagging) ? await ReplicaLag.MeasureAsync(environment, cancellation) : [],
            now
        );
    }

    /// <summary>The clusters of policies that aren't paused, each with the age of its last good point.</summary>
    public static async Task<ImmutableArray<ProtectedCluster>> ClustersAsync(RunEnvironment environment, CancellationToken cancellation)
    {
        var documents = new ControlDocuments(environment.Control);
        var registered = await documents.AllClustersAsync(cancellation);
        var policies = (await documents.AllPoliciesAsync(cancellation)).Select(kept => kept.Document).OfType<ProtectionPolicy>();
        var covered = policies
            .Where(policy => policy.Paused is null)
            .SelectMany(policy =>
                Names(CoveredClusters.Of(policy, registered)).Select(name => (Policy: policy.Name.ToString(), Cluster: name))
            )
            .ToImmutableArray();
        var points = new ConcurrentDictionary<ClusterName, DateTimeOffset?>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            covered.Select(one => one.Cluster).Distinct(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (cluster, stop) => points[cluster] = await LastGoodPoint.FindAsync(environment, cluster, stop)
        );
        return [.. covered.Select(one => new ProtectedCluster(one.Policy, one.Cluster, points[one.Cluster]))];
    }

    private static IEnumerable<ClusterName> Names(CoveredClusters covered) =>
        covered.Usable.Select(cluster => cluster.Name).Concat(covered.Unusable.Select(cluster => cluster.Cluster));

    /// <summary>What a target asks for and isn't met.</summary>
    public IEnumerable<Notice> Of(NotificationTarget target)
    {
        foreach (var missed in Late(target))
            yield return Noticed(missed, target);
        var limit = target.ReplicaLag?.Span ?? DefaultLag;
        foreach (var lag in lags.Where(lag => lag.Lag > limit))
            yield return new(
                Id(NoticeType.ReplicaLagging, lag.Replica),
                NoticeType.ReplicaLagging,
                now,
                $"Replica '{lag.Replica}' is {Span(lag.Lag)} behind the vault"
            )
            {
                Lines = [$"More than {Span(limit)} was asked to be reported"],
                Next = "The report of the last replication says what wasn't copied, and why",
            };
    }

    public IEnumerable<ProtectedCluster> Late(NotificationTarget target) =>
        clusters.Where(one => one.LastGood is not { } last || now - last > (target.PointAge?.Span ?? DefaultAge));

    private Notice Noticed(ProtectedCluster missed, NotificationTarget target)
    {
        var limit = Span(target.PointAge?.Span ?? DefaultAge);
        var what = missed.LastGood is { } last ? $"has no good point since {last:u}" : "has no good point";
        return new(
            Id(NoticeType.ObjectiveMissed, $"{missed.Policy.Length}-{missed.Policy}-{missed.Cluster}"),
            NoticeType.ObjectiveMissed,
            now,
            $"Cluster '{missed.Cluster}' (policy '{missed.Policy}') {what}"
        )
        {
            Policy = missed.Policy,
            Clusters = [missed.Cluster],
            Lines = [$"A good point that is at most {limit} old was asked for"],
            Next = "Look at the reports of its last runs; a point with gaps doesn't count",
        };
    }

    /// <summary>One a day, for as long as it lasts.</summary>
    private string Id(string type, string of) =>
        $"{now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}-{type}-{of}".Replace('.', '-');

    internal static string Span(TimeSpan span) =>
        span.TotalHours < 1 ? $"{Math.Round(span.TotalMinutes)} minutes"
        : span.TotalHours < 48 ? $"{Math.Round(span.TotalHours)} hours"
        : $"{Math.Round(span.TotalDays)} days";
}
