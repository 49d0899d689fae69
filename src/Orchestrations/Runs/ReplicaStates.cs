using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Runs;

/// <summary>How far one replica of one cluster was when it was last looked at.</summary>
/// <param name="Here">The newest point of the vault; null: there was none.</param>
/// <param name="There">The newest of them that the replica has; null: it has none.</param>
/// <param name="Findings">So many things weren't copied.</param>
public sealed record ReplicaState(ClusterName Cluster, string Replica, PointId? Here, PointId? There, DateTimeOffset At, int Findings)
{
    public int Version => 1;

    /// <inheritdoc cref="LagBehind"/>
    public PointId? NewestOf(PointId? newest) => newest is { } known && (Here is not { } seen || known.Time > seen.Time) ? known : Here;

    /// <summary>Of points that are here and not there the time that they span; null: nothing is here.</summary>
    /// <param name="newest">The newest point here as it is known now.</param>
    public TimeSpan? LagBehind(PointId? newest)
    {
        if (NewestOf(newest) is not { } last)
            return null;
        // nothing was copied yet: as far as is known, all of it
        var since = There is { } there ? last.Time - there.Time : At - last.Time;
        return since > TimeSpan.Zero ? since : TimeSpan.Zero;
    }
}

/// <summary>Where that is kept: <c>replicas/REPLICA/CLUSTER.json</c> of the control store. Thread-safe.</summary>
public sealed class ReplicaStates(IDocumentStore control)
{
    internal Task NoteAsync(ReplicaState state, CancellationToken cancellation) =>
        control.PutAsync(
            ControlPaths.Replica(state.Replica, state.Cluster),
            JsonSerializer.SerializeToUtf8Bytes(state, HoldfastJson.Default.ReplicaState),
            cancellation
        );

    /// <summary>In order of replica, then cluster; those that can't be used are left out: the next run writes them again.</summary>
    /// <exception cref="ControlException">The store can't be read.</exception>
    public async Task<ImmutableArray<ReplicaState>> ReadAsync(CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<ReplicaState>();
        await foreach (var path in control.ListAsync(ControlPaths.Replicas, null, cancellation))
        {
            if ((await control.TryReadAsync(path, HoldfastJson.Default.ReplicaState, cancellation))?.Document is { } state)
                all.Add(state);
        }
        return all.ToImmutable();
    }
}
