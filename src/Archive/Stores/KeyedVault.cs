using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Stores;

/// <summary>A vault with the keys that open what is encrypted in it.</summary>
public sealed class KeyedVault : IBlobStore
{
    private readonly IBlobStore store;

    /// <param name="wraps">None: only what isn't encrypted can be read.</param>
    /// <param name="required">What points must be encrypted that are made here; null: the vault decides.</param>
    public KeyedVault(IBlobStore store, ImmutableArray<IKeyWrap> wraps, EncryptionScope? required = null) =>
        (this.store, Keys) = (store, new VaultKeys(store, wraps, required));

    public VaultKeys Keys { get; }

    public string Location => store.Location;

    public ImmutabilitySupport Immutability => store.Immutability;

    public Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    ) => store.CreateAsync(path, content, term, cancellation);

    public Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation) =>
        store.ReadAsync(path, version, cancellation);

    public Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation) =>
        store.ReadRangeAsync(path, version, offset, length, cancellation);

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellation) => store.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) =>
        store.ListFoldersAsync(prefix, cancellation);

    public Task DeleteAsync(string path, string? version, CancellationToken cancellation) => store.DeleteAsync(path, version, cancellation);

    public Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation) =>
        store.ExtendImmutabilityAsync(path, version, term, cancellation);

    public Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation) =>
        store.SetLegalHoldAsync(path, version, isHeld, cancellation);

    public Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation) =>
        store.PromoteAsync(path, content, term, cancellation);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => store.NowAsync(cancellation);

    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation) => store.TraitsAsync(cancellation);
}
