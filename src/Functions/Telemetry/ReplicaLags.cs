using System.Collections.Immutable;
using System.Diagnostics.Metrics;
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
            () => Current().Replicas.Select(r => new Measurement<double>(r.Lag.TotalSeconds, Tag(r.Replica))),
            "s",
            "From the newest point that a replica has to the newest of the vault, of the cluster that is furthest behind"
        );
        meter.CreateObservableGauge(
            "holdfast.replica.findings",
            () => Current().Replicas.Select(r => new Measurement<int>(r.Findings, Tag(r.Replica))),
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
        var replicas = await ReplicaLag.MeasureAsync(environment, cancellation);
        measured = new(replicas, (await new Fences(environment.Control).ReadAsync(cancellation)).Length, time.GetUtcNow());
    }

    private Measured Current() => measured is var last && time.GetUtcNow() - last.At < Fresh ? last : new([], 0, default);

    private static KeyValuePair<string, object?> Tag(string replica) => new("replica", replica);

    private sealed record Measured(ImmutableArray<ReplicaLag> Replicas, int Fenced, DateTimeOffset At);
}
