using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Vault.Replication;

namespace Holdfast.Orchestrations.Runs;

/// <summary>A cluster that another service has taken over in a replica: this one's schedules leave it alone.</summary>
/// <param name="Number">Of the takeover.</param>
/// <param name="By">Who asked for it there.</param>
public sealed record Fence(ClusterName Cluster, string Replica, int Number, DateTimeOffset At, string By, string Reason)
{
    public int Version => 1;
}

/// <summary>Where they are kept: <c>takeovers/CLUSTER.json</c> of the control store. Thread-safe.</summary>
public sealed class Fences(IDocumentStore control)
{
    /// <summary>In order of cluster. One that can't be read counts: whether to capture is not to be guessed.</summary>
    /// <exception cref="ControlException">The store can't be read.</exception>
    public async Task<ImmutableArray<Fence>> ReadAsync(CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<Fence>();
        await foreach (var path in control.ListAsync(ControlPaths.Fences, null, cancellation))
        {
            if (ControlPaths.FencedIn(path) is not { } cluster)
                continue;
            var fence = (await control.TryReadAsync(path, HoldfastJson.Default.Fence, cancellation))?.Document;
            all.Add(fence ?? new(cluster, "unknown", 0, default, "unknown", $"{path} can't be read"));
        }
        return all.ToImmutable();
    }

    /// <summary>Takes what a replica says: new takeovers stop schedules, and those that were returned let them run again.</summary>
    public async Task UpdateAsync(string replica, Takeovers takeovers, CancellationToken cancellation)
    {
        var before = await ReadAsync(cancellation);
        foreach (var takeover in takeovers.Active)
        {
            foreach (var cluster in takeover.Clusters.Where(c => !before.Any(f => f.Cluster == c && f.Number >= takeover.Number)))
            {
                var fence = new Fence(cluster, replica, takeover.Number, takeover.At, takeover.By, takeover.Reason);
                await control.PutAsync(
                    ControlPaths.FenceOf(cluster),
                    JsonSerializer.SerializeToUtf8Bytes(fence, HoldfastJson.Default.Fence),
                    cancellation
                );
            }
        }
        foreach (var fence in before.Where(f => f.Replica == replica && !takeovers.Clusters.Contains(f.Cluster)))
            await control.DeleteAsync(ControlPaths.FenceOf(fence.Cluster), null, cancellation);
    }
}
