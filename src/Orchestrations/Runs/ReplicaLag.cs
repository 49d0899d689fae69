using System.Collections.Immutable;
using Holdfast.Control.Heads;

namespace Holdfast.Orchestrations.Runs;

/// <summary>How far a replica is behind the vault: that of its clusters which is furthest behind.</summary>
/// <param name="Findings">What the last replication of each cluster didn't copy.</param>
public sealed record ReplicaLag(string Replica, TimeSpan Lag, int Findings)
{
    /// <summary>From what captures and replications have noted; no vault is asked.</summary>
    public static async Task<ImmutableArray<ReplicaLag>> MeasureAsync(RunEnvironment environment, CancellationToken cancellation)
    {
        if (environment.Replicas.IsEmpty)
            return [];
        var states = await new ReplicaStates(environment.Control).ReadAsync(cancellation);
        var (heads, now) = (new KnownHeads(environment.Control), environment.Time.GetUtcNow());
        var replicas = environment.Replicas.ToDictionary(r => r.Name, r => new ReplicaLag(r.Name, TimeSpan.Zero, 0));
        foreach (var cluster in await heads.ClustersAsync(cancellation))
        {
            var newest = (await heads.ReadAsync(cluster, cancellation)).LastOrDefault()?.Point;
            foreach (var (name, sum) in replicas)
            {
                var state =
                    states.FirstOrDefault(s => s.Replica == name && s.Cluster == cluster) ?? new(cluster, name, newest, null, now, 0);
                var lag = state.LagBehind(newest) ?? TimeSpan.Zero;
                replicas[name] = new(name, lag > sum.Lag ? lag : sum.Lag, sum.Findings + state.Findings);
            }
        }
        return [.. replicas.Values];
    }
}
