using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Encryption;

/// <summary>
/// What data keys are wrapped with, wherever it is kept. Its wrapping is authenticated: a key document that others put into the vault isn't
/// opened. Thread-safe. Faults of what keeps it are thrown as they are.
/// </summary>
public interface IKeyWrap
{
    /// <summary>What it is, for a person: <c>the passphrase</c>.</summary>
    string Name { get; }

    /// <summary>It may open the document; whether it does, shows when it is tried.</summary>
    bool Handles(WrappedKey wrapped);

    /// <summary>The document with the key in it, wrapped.</summary>
    /// <param name="draft">All else of it.</param>
    Task<KeyDocument> WrapAsync(KeyDocument draft, DataKey key, CancellationToken cancellation);

    /// <returns>Null: it is wrapped with another key, or was changed since.</returns>
    Task<DataKey?> UnwrapAsync(KeyDocument document, CancellationToken cancellation);
}
