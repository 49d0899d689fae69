using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>A blob whose current version isn't the one that counts.</summary>
/// <param name="Version">The one that counts.</param>
/// <param name="IsHidden">Its name was deleted; else it was written over.</param>
/// <param name="Term">How long the repaired copy is to be kept: as the version that counts, or the points that need it; null: no such time.
/// </param>
public sealed record AlteredBlob(string Path, string Version, bool IsHidden, ImmutabilityTerm? Term);

/// <summary>
/// Makes the versions that count the current ones again, on a store with versions, where others wrote over blobs or deleted their names.
/// Readers of Holdfast read the right version anyway; this is for other tools, and so that new alterations are seen.
/// </summary>
public static class VaultRepair
{
    /// <summary>Verifies the cluster's part of the vault, and finds what can be repaired.</summary>
    public static async Task<ImmutableArray<AlteredBlob>> FindAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var report = await PointVerifier.VerifyAsync(store, cluster, null, SealTrust.Unasked, null, cancellation);
        var altered = ImmutableArray.CreateBuilder<AlteredBlob>();
        var now = await store.NowAsync(cancellation);
        foreach (var path in report.Findings.Where(f => f.Kind == FindingKind.Tampered).Select(f => f.Path).Distinct())
        {
            // who may change immutability can have removed an unlocked term, not a locked one
            var required = report.RequiredUntil.TryGetValue(path, out var until)
                ? new ImmutabilityTerm(until, ImmutabilityMode.Unlocked)
                : (ImmutabilityTerm?)null;
            if (await FindAsync(store, cluster, path, required, cancellation) is { } found)
                altered.Add(found.Term is { } term && term.Until > now ? found : found with { Term = null });
        }
        return altered.ToImmutable();
    }

    /// <summary>
    /// Writes the version that counts again, as the current one, protected as that one is to be. Repeated, it adds an equal version.
    /// </summary>
    /// <exception cref="ArchiveException">The vault can't be read or written.</exception>
    public static async Task RepairAsync(IBlobStore store, AlteredBlob altered, CancellationToken cancellation)
    {
        if (await store.ReadAsync(altered.Path, altered.Version, cancellation) is { } content)
            await store.PromoteAsync(altered.Path, content, altered.Term, cancellation);
    }

    private static async Task<AlteredBlob?> FindAsync(
        IBlobStore store,
        ClusterName cluster,
        string path,
        ImmutabilityTerm? required,
        CancellationToken cancellation
    )
    {
        var versions = await store.ListAsync(path, cancellation).Where(b => b.Path == path).ToListAsync(cancellation);
        if (await RightAsync(store, cluster, path, versions, cancellation) is not { } right)
            return null;
        var current = versions.Find(v => v.IsCurrent);
        if (current is not null && (current.Version == right || await AreEqualAsync(store, path, current.Version, right, cancellation)))
            return null;
        var term = versions.Find(v => v.Version == right)?.Term;
        return new(path, right, IsHidden: current is null, term?.And(required) ?? required);
    }

    /// <summary>A pack's name is its digest; of all else the oldest version counts.</summary>
    private static async Task<string?> RightAsync(
        IBlobStore store,
        ClusterName cluster,
        string path,
        List<BlobEntry> versions,
        CancellationToken cancellation
    )
    {
        if (VaultPaths.PackOf(cluster, path) is not { } digest)
            return versions.FirstOrDefault()?.Version;
        foreach (var version in versions.Select(v => v.Version))
        {
            if (await store.ReadAsync(path, version, cancellation) is { } content && ContentDigest.Of(content) == digest)
                return version;
        }
        return null;
    }

    private static async Task<bool> AreEqualAsync(IBlobStore store, string path, string? a, string? b, CancellationToken cancellation)
    {
        var (first, second) = (await store.ReadAsync(path, a, cancellation), await store.ReadAsync(path, b, cancellation));
        return first is not null && second is not null && first.AsSpan().SequenceEqual(second);
    }
}
