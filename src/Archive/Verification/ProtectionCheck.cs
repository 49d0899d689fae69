using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Finds blobs that the storage would delete before the time that their point's seal names: their time was never set, or someone who may
/// change unlocked ones has shortened it. Only where the storage can refuse at all.
/// </summary>
internal sealed class ProtectionCheck(IBlobStore store, ClusterName cluster, VaultListing listing, Findings findings)
{
    private readonly Dictionary<string, (DateTimeOffset Until, PointId Point)> asked = new(StringComparer.Ordinal);

    /// <summary>A point that isn't expired, and what it needs.</summary>
    public void Note(SealedPoint point, PointOutline outline, IEnumerable<string> images)
    {
        if (point.Seal.KeepUntil is not { } until)
            return;
        var packs = outline.Packs.Select(p => VaultPaths.Pack(cluster, p.Pack, p.IsEncrypted));
        string[] own =
        [
            VaultPaths.Seal(cluster, point.Id),
            VaultPaths.Inventory(cluster, point.Id),
            VaultPaths.Infrastructure(cluster, point.Id),
        ];
        foreach (var path in own.Concat(packs).Concat(images))
        {
            if (!asked.TryGetValue(path, out var other) || other.Until < until)
                asked[path] = (until, point.Id);
        }
    }

    /// <returns>By path: until when the storage has to keep a blob, where it can and that time isn't over.</returns>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> RunAsync(CancellationToken cancellation)
    {
        var required = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        if (asked.Count == 0 || await TimeIfEnforcedAsync(cancellation) is not { } now)
            return required;
        foreach (var (path, (until, point)) in asked.Where(a => a.Value.Until > now))
        {
            required[path] = until;
            Check(path, until, point);
        }
        return required;
    }

    /// <returns>The store's time; null: it refuses no deletion, or these credentials (a read-only signature) may not ask.</returns>
    private async Task<DateTimeOffset?> TimeIfEnforcedAsync(CancellationToken cancellation)
    {
        try
        {
            var traits = await store.TraitsAsync(cancellation);
            return traits.Any(t => t is { Trait: StoreTrait.Immutability, State: TraitState.Present })
                ? await store.NowAsync(cancellation)
                : null;
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.Forbidden)
        {
            return null;
        }
    }

    /// <summary>Of several versions one is enough: whichever counts, equal bytes are kept.</summary>
    private void Check(string path, DateTimeOffset until, PointId point)
    {
        if (!listing.Blobs.TryGetValue(path, out var versions) || versions.Exists(v => v.ImmutableUntil >= until))
            return;
        var kept = versions.Max(v => v.ImmutableUntil) is { } at ? $"only until {at:u}" : "not at all";
        findings.Add(
            FindingKind.Unprotected,
            path,
            point,
            null,
            $"{path} should be kept by the storage until {until:u} and is kept {kept}: find out who changed it, or whether the "
                + "container got its immutability later"
        );
    }
}
