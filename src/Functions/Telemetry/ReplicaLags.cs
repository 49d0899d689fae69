using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Holdfast.Control.Heads;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Telemetry;

/// <summary>
/// How far each replica is behind the vault: that of its clusters which is furthest behind. Measured every few minutes from what captures
/// and replications have noted; no vault is asked.
/// </summary>
internal sealed class ReplicaLags : IDisposable
{
    /// <summary>Where the timer that measures now fires in another instance of the app, this one has nothing to say any more.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(12);

    private readonly Meter meter = new("Holdfast.Functions");
    private readonly TimeProvider time;
    private volatile Measured measured = new([], 0, default);

    public ReplicaLags(TimeProvider time)
    {
        this.time = time;
        meter.CreateObservableGauge(
            "holdfast.replica.lag",
            () => Current().Replicas.Select(r => new Measurement<double>(r.Lag, Tag(r.Name))),
            "s",
            "From the newest point that a replica has to the newest of the vault, of the cluster that is furthest behind"
        );
        meter.CreateObservableGauge(
            "holdfast.replica.findings",
            () => Current().Replicas.Select(r => new Measurement<int>(r.Findings, Tag(r.Name))),
            "{finding}",
            "What the last replication of each cluster didn't copy"
        );
        meter.CreateObservableGauge(
            "holdfast.clusters.taken.over",
            () => Current().Fenced,
            "{cluster}",
            "Clusters that another service has taken over, and that this one doesn't capture"
        );
    }

    public void Dispose() => meter.Dispose();

    public async Task MeasureAsync(RunEnvironment environment, CancellationToken cancellation)
    {
        var states = await new ReplicaStates(environment.Control).ReadAsync(cancellation);
        var (heads, now) = (new KnownHeads(environment.Control), time.GetUtcNow());
        var replicas = environment.Replicas.ToDictionary(r => r.Name, r => new OfReplica(r.Name, 0, 0));
        foreach (var cluster in environment.Replicas.IsEmpty ? [] : await heads.ClustersAsync(cancellation))
        {
            var newest = (await heads.ReadAsync(cluster, cancellation)).LastOrDefault()?.Point;
            foreach (var (name, sum) in replicas)
            {
                var state =
                    states.FirstOrDefault(s => s.Replica == name && s.Cluster == cluster) ?? new(cluster, name, newest, null, now, 0);
                var lag = state.LagBehind(newest)?.TotalSeconds ?? 0;
                replicas[name] = new(name, Math.Max(sum.Lag, lag), sum.Findings + state.Findings);
            }
        }
        measured = new([.. replicas.Values], (await new Fences(environment.Control).ReadAsync(cancellation)).Length, now);
    }

    private Measured Current() => measured is var last && time.GetUtcNow() - last.At < Fresh ? last : new([], 0, default);

    private static KeyValuePair<string, object?> Tag(string replica) => new("replica", replica);

    private sealed record Measured(ImmutableArray<OfReplica> Replicas, int Fenced, DateTimeOffset At);

    private sealed record OfReplica(string Name, double Lag, int Findings);
}
