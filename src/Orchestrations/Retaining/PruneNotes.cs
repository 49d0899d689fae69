using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Retaining;

/// <summary>What a run of retention did to each cluster, until its report is written: in the run's folder of the control store.</summary>
internal sealed class PruneNotes(IDocumentStore control, RunId run)
{
    private const int MostProblems = 10;
    private const string Ending = ".json";

    private string Folder => $"{RunReports.FolderOf(run)}pruned/";

    /// <summary>Adds to what an earlier call noted of the cluster.</summary>
    public async Task AddAsync(PrunedCluster pruned, CancellationToken cancellation)
    {
        var path = $"{Folder}{pruned.Cluster}{Ending}";
        var before = (await control.ReadAsync(path, HoldfastJson.Default.PrunedCluster, cancellation))?.Document;
        var sum = before is null
            ? pruned
            : pruned with
            {
                Expired = before.Expired + pruned.Expired,
                Purged = before.Purged + pruned.Purged,
                Packs = before.Packs + pruned.Packs,
                Bytes = before.Bytes + pruned.Bytes,
                Volumes = before.Volumes + pruned.Volumes,
            };
        await control.PutAsync(path, JsonSerializer.SerializeToUtf8Bytes(sum, HoldfastJson.Default.PrunedCluster), cancellation);
    }

    /// <summary>In order of name.</summary>
    public async Task<ImmutableArray<PrunedCluster>> ReadAsync(CancellationToken cancellation)
    {
        var all = ImmutableArray.CreateBuilder<PrunedCluster>();
        await foreach (var path in control.ListAsync(Folder, null, cancellation))
        {
            if (await control.ReadAsync(path, HoldfastJson.Default.PrunedCluster, cancellation) is { } noted)
                all.Add(noted.Document);
        }
        return all.ToImmutable();
    }

    public async Task RemoveAsync(CancellationToken cancellation)
    {
        await foreach (var path in control.ListAsync(Folder, null, cancellation))
            await control.DeleteAsync(path, null, cancellation);
    }

    public static ImmutableArray<string> First(ImmutableArray<string> problems) =>
        problems.Length <= MostProblems ? problems : [.. problems.Take(MostProblems - 1), $"and {problems.Length - MostProblems + 1} more"];
}
