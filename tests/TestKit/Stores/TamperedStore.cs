using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Stores;

namespace Holdfast.TestKit.Stores;

/// <summary>
/// A store whose bytes were changed, as by a failing disk or an attacker who bypasses WORM: flipped, truncated, removed or foreign.
/// </summary>
public sealed class TamperedStore(IBlobStore inner) : IBlobStore
{
    private readonly Dictionary<string, byte[]?> changed = [];

    public string Location => inner.Location;

    public VaultKeys? Keys => inner.Keys;

    public ImmutabilitySupport Immutability => inner.Immutability;

    public void Replace(string path, byte[] content) => changed[path] = content;

    public void Remove(string path) => changed[path] = null;

    public async Task FlipAsync(string path, int position) =>
        await ChangeAsync(
            path,
            content =>
            {
                content[position] ^= 0x01;
                return content;
            }
        );

    public async Task CutAsync(string path, int length) => await ChangeAsync(path, content => content[..length]);

    public void Restore() => changed.Clear();

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    ) => inner.CreateAsync(path, content, term, cancellation);

    public async Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation) =>
        changed.TryGetValue(path, out var content) ? content?.ToArray() : await inner.ReadAsync(path, version, cancellation);

    public async Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation)
    {
        if (!changed.TryGetValue(path, out var content))
            return await inner.ReadRangeAsync(path, version, offset, length, cancellation);
        return content is null || offset + length > content.Length ? null : content.AsSpan((int)offset, length).ToArray();
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var entries = new List<BlobEntry>();
        await foreach (var entry in inner.ListAsync(prefix, cancellation))
        {
            if (!changed.ContainsKey(entry.Path))
                entries.Add(entry);
        }
        foreach (var (path, content) in changed)
        {
            if (content is not null && path.StartsWith(prefix, StringComparison.Ordinal))
                entries.Add(new BlobEntry(path, content.Length, DateTimeOffset.UnixEpoch));
        }
        foreach (var entry in entries.OrderBy(e => e.Path, StringComparer.Ordinal))
            yield return entry;
    }

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        inner.ListFoldersAsync(prefix, cancellation);

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation) => inner.DeleteAsync(path, version, cancellation);

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation) =>
        changed.TryGetValue(path, out var content) && content is null
            ? Task.FromResult(false)
            : inner.ExtendImmutabilityAsync(path, version, term, cancellation);

    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation) => inner.TraitsAsync(cancellation);

    public Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation) =>
        inner.SetLegalHoldAsync(path, version, isHeld, cancellation);

    public Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation) =>
        inner.PromoteAsync(path, content, term, cancellation);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => inner.NowAsync(cancellation);

    private async Task ChangeAsync(string path, Func<byte[], byte[]> change)
    {
        var content =
            await ReadAsync(path, null, CancellationToken.None) ?? throw new ArgumentException($"no {path} to change", nameof(path));
        changed[path] = change(content);
    }
}
