using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Stores;

/// <summary>
/// A vault in memory that behaves like an Azure container with versions and version-level immutability, with the caller's clock:
/// an overwrite makes a new current version, a delete hides it, and the bytes of a version under immutability stay. With
/// <paramref name="versions"/> off it is a container without versions.
/// </summary>
public sealed class MemoryStore(TimeProvider? time = null, bool versions = true, string location = "memory") : IBlobStore
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Blob> blobs = new(StringComparer.Ordinal);
    private long lastVersion;

    public string Location => location;

    public ImmutabilitySupport Immutability => ImmutabilitySupport.Enforced;

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            var blob = Find(BlobPath.Require(path));
            if (blob is { Hidden: false })
                return Task.FromResult(new CreateOutcome(false, blob.Versions[0].Id));
            return Task.FromResult(new CreateOutcome(true, Append(path, content, term).Id));
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

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (Pick(BlobPath.Require(path), version) is not { } stored)
                return Task.FromResult(false);
            stored.Term = term.And(stored.Term);
            return Task.FromResult(true);
        }
    }

    public Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (Pick(BlobPath.Require(path), version) is not { } stored)
                return Task.FromResult(LegalHoldOutcome.NotFound);
            stored.IsHeld = isHeld;
            return Task.FromResult(LegalHoldOutcome.Done);
        }
    }

    public Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!versions)
            throw new NotSupportedException("this store was made without versions");
        lock (gate)
            return Task.FromResult(Append(BlobPath.Require(path), content, term).Id!);
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Task.FromResult(time.GetUtcNow());

    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<TraitFinding>>([
            new(StoreTrait.Versioning, versions ? TraitState.Present : TraitState.Missing, "it is kept in memory"),
            new(StoreTrait.Immutability, TraitState.Present, "it is kept in memory"),
            new(StoreTrait.SoftDelete, TraitState.Missing, "it is kept in memory"),
            new(StoreTrait.ContainerSoftDelete, TraitState.Missing, "it is kept in memory"),
            new(StoreTrait.PrivateAccess, TraitState.Present, "only this process has it"),
            new(StoreTrait.NoSharedKeys, TraitState.Present, "only this process has it"),
        ]);

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

    private Stored Append(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term)
    {
        if (!blobs.TryGetValue(path, out var blob))
            blobs.Add(path, blob = new Blob());
        var stored = new Stored(versions ? $"v{++lastVersion:D8}" : null, content.ToArray(), time.GetUtcNow()) { Term = term };
        blob.Versions.Add(stored);
        blob.Hidden = false;
        return stored;
    }

    private void Refuse(string path, Stored stored)
    {
        if (stored.IsHeld)
            throw new ArchiveException(ArchiveFailure.Immutable, $"{path} is under a legal hold and can't be changed or deleted");
        if (stored.Term is { Until: var until } && until > time.GetUtcNow())
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
                select new BlobEntry(pair.Key, stored.Content.Length, stored.Modified, stored.Id, current, stored.Term)
                {
                    HasLegalHold = stored.IsHeld,
                },
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
        public ImmutabilityTerm? Term { get; set; }
        public bool IsHeld { get; set; }
    }
}
