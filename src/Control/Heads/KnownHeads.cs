using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Control.Heads;

/// <summary>
/// Where the chains of the vault's clusters end, kept outside of the vault: what finds that the newest points were deleted or replaced by
/// someone who can write to the vault, and not here. Captures at once may note theirs at once. Thread-safe.
/// </summary>
public sealed class KnownHeads(IDocumentStore control)
{
    /// <summary>Captures of one cluster that end at the same moment are few.</summary>
    private const int Attempts = 10;

    /// <returns>Empty: none is known.</returns>
    /// <exception cref="ControlException">The store can't be read, or the document can't be used.</exception>
    public async Task<ImmutableArray<ChainHead>> ReadAsync(ClusterName cluster, CancellationToken cancellation) =>
        (await KeptAsync(cluster, cancellation))?.Document.Heads ?? [];

    /// <summary>The clusters of which a head is known, in order of name.</summary>
    public async Task<ImmutableArray<ClusterName>> ClustersAsync(CancellationToken cancellation)
    {
        var clusters = ImmutableArray.CreateBuilder<ClusterName>();
        await foreach (var path in control.ListAsync(ControlPaths.Heads, null, cancellation))
        {
            if (ControlPaths.NameOf(ControlPaths.Heads, path) is { } name)
                clusters.Add(ClusterName.Parse(name));
        }
        return clusters.ToImmutable();
    }

    /// <summary>Notes a seal that was just written. Repeated, it changes nothing.</summary>
    /// <returns>For a person: what is wrong with what was known before. It stays known.</returns>
    /// <exception cref="ControlException">The store can't be read or written.</exception>
    /// <exception cref="ArchiveException">The vault can't be read.</exception>
    public async Task<ImmutableArray<string>> NoteAsync(IBlobStore vault, SealedPoint point, CancellationToken cancellation)
    {
        try
        {
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                var kept = await KeptAsync(point.Seal.Cluster, cancellation);
                var update = await HeadUpdate.AfterAsync(vault, point.Seal.Cluster, point, kept?.Document.Heads ?? [], cancellation);
                if (await TryWriteAsync(new(point.Seal.Cluster, update.Heads), kept, cancellation))
                    return [.. update.Lost.Select(Warning)];
            }
            return [$"where the chain of '{point.Seal.Cluster}' ends couldn't be noted: others note theirs all the time"];
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return [$"where the chain of '{point.Seal.Cluster}' ends couldn't be noted. {unusable.Message}"];
        }
    }

    private async Task<bool> TryWriteAsync(ClusterHeads heads, Kept<ClusterHeads>? before, CancellationToken cancellation)
    {
        if (before?.Document.Heads.SequenceEqual(heads.Heads) == true)
            return true;
        var (path, content) = (
            ControlPaths.HeadsOf(heads.Cluster),
            JsonSerializer.SerializeToUtf8Bytes(heads, HeadJson.Default.ClusterHeads)
        );
        var etag = before is null
            ? await control.CreateAsync(path, content, cancellation)
            : await control.ReplaceAsync(path, content, before.ETag, cancellation);
        return etag is not null;
    }

    private Task<Kept<ClusterHeads>?> KeptAsync(ClusterName cluster, CancellationToken cancellation) =>
        control.ReadAsync(
            ControlPaths.HeadsOf(cluster),
            HeadJson.Default.ClusterHeads,
            cancellation,
            document => ClusterHeads.Flaw(document, cluster)
        );

    private static string Warning(ChainHead lost) =>
        $"the seal of {lost.Point} (number {lost.Sequence}), which was the newest of its cluster, is no longer in the vault, or is another."
        + " Seals are never purged: someone deleted or replaced it. Run 'verify'";
}
