using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Replicating;

/// <summary>
/// What a replication did, until its report is written: in the run's folder of the control store, a document for each cluster and replica.
/// </summary>
internal sealed class ReplicationNotes(IDocumentStore control, RunId run)
{
    private string Folder => $"{RunReports.FolderOf(run)}replicated/";

    public async Task AddAsync(ReplicatedCluster done, CancellationToken cancellation)
    {
        var path = $"{Folder}{done.Cluster}/{done.Replica}.json";
        var before = (await control.ReadAsync(path, HoldfastJson.Default.ReplicatedCluster, cancellation))?.Document;
        var both = before is null ? done : before.With(done);
        await control.PutAsync(path, JsonSerializer.SerializeToUtf8Bytes(both, HoldfastJson.Default.ReplicatedCluster), cancellation);
    }

    /// <summary>In order of cluster, then replica.</summary>
    public async Task<ImmutableArray<ReplicatedCluster>> ReadAsync(CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<ReplicatedCluster>();
        await foreach (var path in control.ListAsync(Folder, null, cancellation))
        {
            if ((await control.ReadAsync(path, HoldfastJson.Default.ReplicatedCluster, cancellation))?.Document is { } one)
                all.Add(one);
        }
        return all.ToImmutable();
    }

    public async Task RemoveAsync(CancellationToken cancellation)
    {
        await foreach (var path in control.ListAsync(Folder, null, cancellation))
            await control.DeleteAsync(path, null, cancellation);
    }
}
