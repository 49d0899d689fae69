using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Verifying;

/// <summary>
/// What a verification found, until its report is written: in the run's folder of the control store, a document for each part of a cluster,
/// so that a part that is verified twice counts once.
/// </summary>
internal sealed class VerifyNotes(IDocumentStore control, RunId run)
{
    /// <summary>Comes before every digest: what was found of seals stands first.</summary>
    private const string First = "0";

    private string Folder => $"{RunReports.FolderOf(run)}verified/";

    /// <param name="after">The pack before the part; null: it is the first.</param>
    public Task PutAsync(VerifiedCluster found, ContentDigest? after, CancellationToken cancellation) =>
        control.PutAsync(
            $"{Folder}{found.Cluster}/{after?.ToString() ?? First}.json",
            JsonSerializer.SerializeToUtf8Bytes(found, HoldfastJson.Default.VerifiedCluster),
            cancellation
        );

    /// <summary>In order of name.</summary>
    public async Task<ImmutableArray<VerifiedCluster>> ReadAsync(CancellationToken cancellation)
    {
        var all = new SortedDictionary<string, VerifiedCluster>(StringComparer.Ordinal);
        await foreach (var path in control.ListAsync(Folder, null, cancellation))
        {
            if ((await control.ReadAsync(path, HoldfastJson.Default.VerifiedCluster, cancellation))?.Document is not { } part)
                continue;
            var name = part.Cluster.ToString();
            all[name] = all.TryGetValue(name, out var before) ? before.With(part) : part;
        }
        return [.. all.Values];
    }

    public async Task RemoveAsync(CancellationToken cancellation)
    {
        await foreach (var path in control.ListAsync(Folder, null, cancellation))
            await control.DeleteAsync(path, null, cancellation);
    }
}
