using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Stores;

/// <summary>
/// A vault in memory that behaves like an Azure container with versions and version-level immutability, with the caller's clock:
/// an overwrite makes a new current version, a delete hides it, and the bytes of a version under immutability stay. With
/// <paramref name="versions"/> off it is a container without versions.
/// </summary>
public sealed class MemoryStore(TimeProvider? time = null, bool versions = true) : IBlobStore
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Blob> blobs = new(StringComparer.Ordinal);
    private long lastVersion;

    public string Location => "memory";

    public ImmutabilitySupport Immutability => ImmutabilitySupport.Enforced;

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        DateTimeOffset? immutableUntil,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            var blob = Find(BlobPath.Require(path));
            if (blob is { Hidden: false })
                return Task.FromResult(new CreateOutcome(false, blob.Versions[0].Id));
            return Task.FromResult(new CreateOutcome(true, Append(path, content, immutableUntil).Id));
        }
    }

    /// <summary>
    /// Overwrites as another client with write permission could: creates a new current version or, without versions, replaces the content,
    /// which immutability forbids.
    /// </summary>
    public void Overwrite(string path, ReadOnlyMemory<byte> content)
    {
        lock (gate)
        {
            if (!versions && Find(path) is { } blob)
            {
                Refuse(path, blob.Versions[0]);
                blobs.Remove(path);
            }
            Append(path, content, null);
        }
    }

    public Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            var stored = Pick(BlobPath.Require(path), version);
            BoundedContent.Require(path, stored?.Content.Length ?? 0, Location);
            return Task.FromResult(stored?.Content.ToArray());
        }
    }

    public Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            var stored = Pick(BlobPath.Require(path), version);
            var range =
                stored is null || offset + length > stored.Content.Length ? null : stored.Content.AsSpan((int)offset, length).ToArray();
            return Task.FromResult(range);
        }
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var entry in Snapshot(BlobPath.RequirePrefix(prefix)))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        string? last = null;
        foreach (var entry in Snapshot(BlobPath.RequirePrefix(prefix)))
        {
            cancellation.ThrowIfCancellationRequested();
            var slash = entry.Path.IndexOf('/', prefix.Length);
            if (slash < 0 || (last is not null && entry.Path.StartsWith(last, StringComparison.Ordinal)))
                continue;
            yield return last = entry.Path[..(slash + 1)];
        }
    }

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (Find(BlobPath.Require(path)) is { } blob)
                Delete(path, blob, version);
        }
        return Task.CompletedTask;
    }

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, DateTimeOffset until, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (Pick(BlobPath.Require(path), version) is not { } stored)
                return Task.FromResult(false);
            if (stored.ImmutableUntil is null || stored.ImmutableUntil < until)
                stored.ImmutableUntil = until;
            return Task.FromResult(true);
        }
    }

    public Task PromoteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!versions)
            throw new NotSupportedException("this store was made without versions");
        lock (gate)
            Append(BlobPath.Require(path), content, null);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Task.FromResult(time.GetUtcNow());

    private void Delete(string path, Blob blob, string? version)
    {
        if (versions && version is null)
        {
            blob.Hidden = true;
            return;
        }
        if (Pick(path, version) is not { } stored)
            return;
        Refuse(path, stored);
        if (version is not null && !blob.Hidden && stored == blob.Versions[^1])
            throw new ArchiveException(ArchiveFailure.Forbidden, $"{version} is the current version of {path}: delete its name first");
        blob.Versions.Remove(stored);
        if (blob.Versions.Count == 0)
            blobs.Remove(path);
    }

    private Stored Append(string path, ReadOnlyMemory<byte> content, DateTimeOffset? immutableUntil)
    {
        if (!blobs.TryGetValue(path, out var blob))
            blobs.Add(path, blob = new Blob());
        var stored = new Stored(versions ? $"v{++lastVersion:D8}" : null, content.ToArray(), time.GetUtcNow())
        {
            ImmutableUntil = immutableUntil,
        };
        blob.Versions.Add(stored);
        blob.Hidden = false;
        return stored;
    }

    private void Refuse(string path, Stored stored)
    {
        if (stored.ImmutableUntil is { } until && until > time.GetUtcNow())
            throw new ArchiveException(
                ArchiveFailure.Immutable,
                $"{path} is immutable until {until:u} and can't be changed or deleted before"
            );
    }

    private Blob? Find(string path) => blobs.GetValueOrDefault(path);

    private Stored? Pick(string path, string? version) =>
        Find(path) is not { } blob ? null
        : version is null ? blob.Versions[0]
        : blob.Versions.Find(v => v.Id == version);

    private List<BlobEntry> Snapshot(string prefix)
    {
        lock (gate)
        {
            return
            [
                .. from pair in blobs
                where pair.Key.StartsWith(prefix, StringComparison.Ordinal)
                from stored in pair.Value.Versions
                let current = !pair.Value.Hidden && stored == pair.Value.Versions[^1]
                select new BlobEntry(pair.Key, stored.Content.Length, stored.Modified, stored.Id, current, stored.ImmutableUntil),
            ];
        }
    }

    private sealed class Blob
    {
        public List<Stored> Versions { get; } = [];

        /// <summary>Deleted by name: no version is current.</summary>
        public bool Hidden { get; set; }
    }

    private sealed record Stored(string? Id, byte[] Content, DateTimeOffset Modified)
    {
        public DateTimeOffset? ImmutableUntil { get; set; }
    }
}
