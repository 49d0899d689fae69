using System.Globalization;

namespace Holdfast.TestKit.Worm;

/// <summary>
/// A blob container that keeps versions from deletion as Azure Blob Storage with version-level immutability does, on a clock that a test
/// sets. Not thread-safe: <see cref="WormAccount"/> lets one request in at a time.
/// </summary>
/// <remarks>
/// By the published documentation of service version 2025-11-05:
/// <list type="bullet">
/// <item>a write makes a new current version, whatever protects the one before; deleting the name makes the current version a previous one
/// and leaves none current (https://learn.microsoft.com/azure/storage/blobs/versioning-overview, immutable-version-level-worm-policies);
/// </item>
/// <item>an unlocked policy can be shortened, extended and removed, a locked one only extended, without a limit to how often (the same, and
/// https://learn.microsoft.com/rest/api/storageservices/set-blob-immutability-policy); a version without one gets the container's default;
/// </item>
/// <item>a legal hold is on until it is taken off, beside any policy
/// (https://learn.microsoft.com/rest/api/storageservices/set-blob-legal-hold);</item>
/// <item>deleting a protected version is refused with 409 BlobImmutableDueToPolicy or BlobImmutableDueToLegalHold; deleting the current
/// version by its id with 403 OperationNotAllowedOnRootBlob (as Azure's SDKs list the codes);</item>
/// <item>with soft delete a deleted version, not a deleted name, can be brought back for a time
/// (https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview).</item>
/// </list>
/// Not published, and so not proven by this: the code of a refused shortening (here BlobImmutableDueToPolicy; removing a locked policy has
/// ImmutabilityPolicyDeleteOnLockedPolicy), and what a policy that ends in the past does (here it is accepted and protects nothing).
/// </remarks>
public sealed class WormContainer(WormOptions options, TimeProvider time)
{
    private readonly Dictionary<string, WormBlob> blobs = [];
    private readonly SortedSet<string> names = new(StringComparer.Ordinal);
    private long lastTick;
    private long lastTag;

    public IReadOnlyDictionary<string, WormBlob> Blobs
    {
        get
        {
            Forget();
            return blobs;
        }
    }

    /// <summary>Blobs whose names have a prefix, in order, from a name on.</summary>
    public IEnumerable<KeyValuePair<string, WormBlob>> From(string prefix, string marker)
    {
        Forget();
        var first = string.CompareOrdinal(marker, prefix) > 0 ? marker : prefix;
        foreach (var name in names.GetViewBetween(first, $"{prefix}\uffff"))
            yield return KeyValuePair.Create(name, blobs[name]);
    }

    /// <param name="until">Null: the default policy, if there is one.</param>
    public WormVersion Put(string name, byte[] content, DateTimeOffset? until, bool isLocked, IReadOnlyDictionary<string, string> metadata)
    {
        if (until is not null)
            RequireSupport();
        if (!blobs.TryGetValue(name, out var blob))
        {
            blobs.Add(name, blob = new());
            names.Add(name);
        }
        if (!options.Versioning)
            blob.Versions.Clear();
        var version = new WormVersion(options.Versioning ? NextId() : null, content, time.GetUtcNow(), $"\"0x{++lastTag:X}\"")
        {
            Until = until ?? (options is { Immutability: true, DefaultTerm: { } usual } ? time.GetUtcNow() + usual : null),
            IsLocked = until is not null && isLocked,
            Metadata = metadata,
        };
        blob.Versions.Add(version);
        blob.Current = version;
        return version;
    }

    /// <param name="id">Null: the current one.</param>
    /// <exception cref="WormException">There is none.</exception>
    public WormVersion Find(string name, string? id)
    {
        if (id is not null && !options.Versioning)
            throw new WormException(400, "InvalidQueryParameterValue");
        var blob = Blobs.GetValueOrDefault(name);
        var found = id is null ? blob?.Current : blob?.Versions.Find(v => v.Id == id && v.DeletedAt is null);
        return found ?? throw new WormException(404, "BlobNotFound");
    }

    public void Delete(string name, string? id)
    {
        var version = Find(name, id);
        var blob = blobs[name];
        if (id is null && options.Versioning)
            blob.Current = null;
        else if (id is not null && version == blob.Current)
            throw new WormException(403, "OperationNotAllowedOnRootBlob");
        else
            Remove(name, blob, version);
    }

    public void Undelete(string name)
    {
        foreach (var version in Blobs.GetValueOrDefault(name)?.Versions ?? throw new WormException(404, "BlobNotFound"))
            version.DeletedAt = null;
        if (!options.Versioning)
            blobs[name].Current = blobs[name].Versions[^1];
    }

    public void SetPolicy(string name, string? id, DateTimeOffset until, bool isLocked)
    {
        RequireSupport();
        var version = Find(name, id);
        if (version.IsLocked && (!isLocked || until < version.Until))
            throw new WormException(409, "BlobImmutableDueToPolicy");
        (version.Until, version.IsLocked) = (until, isLocked);
    }

    public void RemovePolicy(string name, string? id)
    {
        RequireSupport();
        var version = Find(name, id);
        if (version.IsLocked)
            throw new WormException(409, "ImmutabilityPolicyDeleteOnLockedPolicy");
        version.Until = null;
    }

    public void SetLegalHold(string name, string? id, bool isHeld)
    {
        RequireSupport();
        Find(name, id).HasLegalHold = isHeld;
    }

    private void Remove(string name, WormBlob blob, WormVersion version)
    {
        if (version.HasLegalHold)
            throw new WormException(409, "BlobImmutableDueToLegalHold");
        if (version.Until > time.GetUtcNow())
            throw new WormException(409, "BlobImmutableDueToPolicy");
        if (version == blob.Current)
            blob.Current = null;
        if (options.SoftDelete is not null)
            version.DeletedAt = time.GetUtcNow();
        else
            blob.Versions.Remove(version);
        if (blob.Versions.Count == 0)
            Drop(name);
    }

    private void Drop(string name)
    {
        blobs.Remove(name);
        names.Remove(name);
    }

    /// <summary>What was soft-deleted long enough ago is gone.</summary>
    private void Forget()
    {
        if (options.SoftDelete is not { } kept)
            return;
        foreach (var (name, blob) in blobs.ToList())
        {
            blob.Versions.RemoveAll(v => v.DeletedAt is { } at && at + kept <= time.GetUtcNow());
            if (blob.Versions.Count == 0)
                Drop(name);
        }
    }

    private void RequireSupport()
    {
        if (!options.Immutability)
            throw new WormException(409, "ImmutableStorageWithVersioningNotEnabled");
    }

    /// <summary>A version's id is the time of its write; here no two are equal, and none is older than one before it.</summary>
    private string NextId()
    {
        lastTick = Math.Max(lastTick + 1, time.GetUtcNow().UtcTicks);
        return new DateTime(lastTick, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
    }
}
