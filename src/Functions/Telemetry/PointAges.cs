using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Protection.Control;
using Holdfast.Protection.Policies;

namespace Holdfast.Functions.Telemetry;

/// <summary>
/// How old the last good point of each policy is: that of the cluster which has the oldest, for the alert that nothing else gives when captures simply don't happen. Measured every few minutes, told when
/// metrics are read.
/// </summary>
internal sealed class PointAges : IDisposable
{
    private const int PageSize = 200;
    private const int Parallel = 8;

    /// <summary>Where the timer that measures now fires in another instance of the app, this one has nothing to say any more.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(12);

    private readonly Meter meter = new("Holdfast.Functions");
    private readonly TimeProvider time;
    private volatile Measured measured = new([], default);

    public PointAges(TimeProvider time)
    {
        this.time = time;
        meter.CreateObservableGauge("holdfast.policy.point.age", Ages, "s", "Age of the last good recovery point, of the cluster of the policy that has the oldest");
        meter.CreateObservableGauge("holdfast.policy.clusters.unprotected", Unprotected, "{cluster}", "Clusters of the policy that have no good recovery point at all");
    }

    public void Dispose() => meter.Dispose();

    public async Task MeasureAsync(HoldfastApp app, CancellationToken cancellation)
    {
        var documents = new ControlDocuments(app.Environment.Control);
        var clusters = await AllAsync((after, stop) => documents.ListClustersAsync(after, PageSize, stop), cancellation);
        var points = new Dictionary<ClusterName, DateTimeOffset?>();
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(clusters, options, async (cluster, stop) =>
        {
            var last = await LastGoodAsync(app, cluster.Name, stop);
            lock (gate)
                points[cluster.Name] = last;
        });
        var policies = await AllAsync((after, stop) => documents.ListPoliciesAsync(after, PageSize, stop), cancellation);
        measured = new([.. policies.Select(policy => PolicyAge.Of(policy, clusters.Where(policy.Covers).Select(cluster => points[cluster.Name])))], time.GetUtcNow());
    }

    /// <summary>Most often the last one is good, and no other is looked at.</summary>
    private static async Task<DateTimeOffset?> LastGoodAsync(HoldfastApp app, ClusterName cluster, CancellationToken cancellation)
    {
        var last = await SealedPoints.LatestAsync(app.Environment.Vault, cluster, cancellation);
        if (last is null || last.Seal.State == PointState.Succeeded)
            return last?.Seal.PinnedAt;
        var all = await SealedPoints.ListAsync(app.Environment.Vault, cluster, cancellation);
        return all.LastOrDefault(point => point.Seal.State == PointState.Succeeded)?.Seal.PinnedAt;
    }

    private static async Task<List<T>> AllAsync<T>(Func<string?, CancellationToken, Task<DocumentPage<KeptDocument<T>>>> list, CancellationToken cancellation)
        where T : class
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var page = await list(after, cancellation);
            all.AddRange(page.Items.Where(kept => kept.IsValid).Select(kept => kept.Document!));
            after = page.After;
        }
        while (after is not null);
        return all;
    }

    private IEnumerable<Measurement<double>> Ages()
    {
        var now = time.GetUtcNow();
        return Current().Where(age => age.Oldest is not null).Select(age => new Measurement<double>((now - age.Oldest!.Value).TotalSeconds, Tag(age)));
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
