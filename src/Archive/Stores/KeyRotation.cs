using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Turns a vault's encryption on, and changes its keys: each change is one more key document. Packs are never rewritten. What was written
/// has been opened again before.
/// </summary>
/// <param name="wrap">What the new document's key is wrapped with.</param>
public sealed class KeyRotation(IBlobStore vault, IKeyWrap wrap, TimeProvider time)
{
    /// <summary>Encryption begins, or another part of points is encrypted from now on.</summary>
    /// <returns>The document that counts now; null: nothing had to change.</returns>
    /// <exception cref="ArchiveException">Locked: it is on, and the present key can't be opened.</exception>
    public async Task<KeyDocument?> EncryptAsync(EncryptionScope scope, CancellationToken cancellation)
    {
        var present = await PresentAsync(cancellation);
        if (present is null)
            return await WriteAsync(1, scope, DataKey.Create(), cancellation);
        return present.Scope == scope ? null : await WriteAsync(present.Last + 1, scope, present.Key, cancellation);
    }

    /// <summary>Another data key, for what is written from now on.</summary>
    /// <inheritdoc cref="RewrapAsync"/>
    public async Task<KeyDocument> RotateAsync(CancellationToken cancellation)
    {
        var present = await RequireAsync(cancellation);
        return await WriteAsync(present.Last + 1, present.Scope, DataKey.Create(), cancellation);
    }

    /// <summary>
    /// The same data key, wrapped with what this has. The earlier documents stay, and what they are wrapped with opens them still.
    /// </summary>
    /// <exception cref="ArchiveException">NotFound: encryption is off. Locked: the present key can't be opened.</exception>
    public async Task<KeyDocument> RewrapAsync(CancellationToken cancellation)
    {
        var present = await RequireAsync(cancellation);
        return await WriteAsync(present.Last + 1, present.Scope, present.Key, cancellation);
    }

    private async Task<PresentKey> RequireAsync(CancellationToken cancellation) =>
        await PresentAsync(cancellation)
        ?? throw new ArchiveException(
            ArchiveFailure.NotFound,
            $"{vault.Location} isn't encrypted, so it has no key to change: 'holdfast vault encrypt' turns encryption on"
        );

    /// <summary>
    /// The data key of the newest document, by whichever document opens it: what the newest is wrapped with may be lost with its region.
    /// What that one says is only believed where it was opened itself.
    /// </summary>
    private async Task<PresentKey?> PresentAsync(CancellationToken cancellation)
    {
        var documents = await KeyDocuments.ReadAsync(vault, cancellation);
        if (documents.Last == 0)
            return null;
        var keys = VaultKeys.Of(vault);
        if (documents.Current is { } newest && !documents.Missing.Any() && documents.Faults.IsEmpty)
        {
            foreach (var document in documents.Documents.Where(d => d.DataKey == newest.DataKey).Reverse())
            {
                if (await keys.TryOpenAsync(document, cancellation) is { } key)
                    return new(documents.Last, document.Encrypts, key);
            }
        }
        var current = await keys.CurrentAsync(cancellation);
        return new(documents.Last, current!.Scope, current.Key);
    }

    private async Task<KeyDocument> WriteAsync(int number, EncryptionScope scope, DataKey key, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var draft = new KeyDocument
        {
            Number = number,
            CreatedAt = new(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero),
            Encrypts = scope,
            DataKey = key.Id,
            Wrap = new() { Algorithm = "" },
        };
        var document = await wrap.WrapAsync(draft, key, cancellation);
        var read = KeyDocument.Read(document.ToBytes(), number);
        if (await wrap.UnwrapAsync(read, cancellation) is null)
            throw new ArchiveException(
                ArchiveFailure.Locked,
                $"{wrap.Name} doesn't open what it has wrapped: nothing was written. Check that it may wrap, unwrap and sign"
            );
        var outcome = await vault.CreateAsync(VaultPaths.Key(number), document.ToBytes(), null, cancellation);
        return outcome.Created
            ? document
            : throw new ArchiveException(
                ArchiveFailure.Conflict,
                $"{VaultPaths.Key(number)} was created in {vault.Location} a moment ago by another: run it again"
            );
    }

    /// <param name="Last">The newest document's number.</param>
    /// <param name="Scope">Of the newest document that was opened.</param>
    private sealed record PresentKey(int Last, EncryptionScope Scope, DataKey Key);
}
