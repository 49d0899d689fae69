using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Telemetry;

/// <summary>
/// How old the last good point of each policy is: that of the cluster which has the oldest, for the alert that nothing else gives when
/// captures simply don't happen. Measured every few minutes, reported when metrics are read.
/// </summary>
internal sealed class PointAges : IDisposable
{
    private const int Parallel = 8;

    /// <summary>Where the timer that measures now fires in another instance of the app, this one has nothing to say any more.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(12);

    private readonly Meter meter = new("Holdfast.Functions");
    private readonly TimeProvider time;
    private volatile Measured measured = new([], default);

    public PointAges(TimeProvider time)
    {
        this.time = time;
        meter.CreateObservableGauge(
            "holdfast.policy.point.age",
            Ages,
            "s",
            "Age of the last good recovery point, of the cluster of the policy that has the oldest"
        );
        meter.CreateObservableGauge(
            "holdfast.policy.clusters.unprotected",
            Unprotected,
            "{cluster}",
            "Clusters of the policy that have no good recovery point at all"
        );
    }

    public void Dispose() => meter.Dispose();

    public async Task MeasureAsync(RunEnvironment environment, CancellationToken cancellation)
    {
        var documents = new ControlDocuments(environment.Control);
        var registered = await documents.AllClustersAsync(cancellation);
        var points = new ConcurrentDictionary<ClusterName, DateTimeOffset?>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            registered.Where(kept => kept.IsValid).Select(kept => kept.Document!.Name),
            options,
            async (cluster, stop) => points[cluster] = await LastGoodPoint.FindAsync(environment, cluster, stop)
        );
        var policies = await documents.AllPoliciesAsync(cancellation);
        measured = new(
            [.. policies.Where(kept => kept.IsValid).Select(kept => AgeOf(kept.Document!, registered, points))],
            time.GetUtcNow()
        );
    }

    /// <summary>A cluster that the policy is for and that can't be captured has no good point that counts.</summary>
    private static PolicyAge AgeOf(
        ProtectionPolicy policy,
        ImmutableArray<KeptDocument<ClusterRegistration>> registered,
        ConcurrentDictionary<ClusterName, DateTimeOffset?> points
    )
    {
        var covered = CoveredClusters.Of(policy, registered);
        var age = PolicyAge.Of(policy, covered.Usable.Select(cluster => points[cluster.Name]));
        return age with { Unprotected = age.Unprotected + covered.Unusable.Length };
    }

    private IEnumerable<Measurement<double>> Ages()
    {
        var now = time.GetUtcNow();
        return Current()
            .Where(age => age.Oldest is not null)
            .Select(age => new Measurement<double>((now - age.Oldest!.Value).TotalSeconds, Tag(age)));
    }

    private IEnumerable<Measurement<int>> Unprotected() => Current().Select(age => new Measurement<int>(age.Unprotected, Tag(age)));

    private ImmutableArray<PolicyAge> Current() => measured is var last && time.GetUtcNow() - last.At < Fresh ? last.Policies : [];

    private static KeyValuePair<string, object?> Tag(PolicyAge age) => new("policy", age.Policy);

    private sealed record Measured(ImmutableArray<PolicyAge> Policies, DateTimeOffset At);

    /// <param name="Oldest">When the oldest of the clusters' last good points was taken; null: none has one.</param>
    private sealed record PolicyAge(string Policy, DateTimeOffset? Oldest, int Unprotected)
    {
        public static PolicyAge Of(ProtectionPolicy policy, IEnumerable<DateTimeOffset?> lastGood)
        {
            var points = lastGood.ToList();
            return new(policy.Name.ToString(), points.Min(), points.Count(point => point is null));
        }
    }
}
