using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Stores;

/// <summary>
/// The data keys of a vault, unwrapped by what whoever opened it has. Each is unwrapped once. Thread-safe. What can't be unwrapped is
/// <see cref="ArchiveFailure.Locked"/>: which key is needed, and for what.
/// </summary>
/// <param name="wraps">None: nothing can be decrypted.</param>
/// <param name="required">What points must be encrypted that are made through it; null: the vault decides.</param>
public sealed class VaultKeys(IBlobStore store, ImmutableArray<IKeyWrap> wraps, EncryptionScope? required = null)
{
    /// <summary>How a person gives keys.</summary>
    public const string Advice =
        "Set HOLDFAST_ENCRYPTION_KEY to the address of the Key Vault's key, or HOLDFAST_PASSPHRASE_FILE to a file with the passphrase";

    private readonly ConcurrentDictionary<ContentDigest, DataKey> known = [];
    private readonly ConcurrentDictionary<int, Lazy<Task<DataKey?>>> tried = [];

    /// <summary>The keys with which a vault was opened; of one that was opened without any, those that open nothing.</summary>
    public static VaultKeys Of(IBlobStore store) => store.Keys ?? new VaultKeys(store, []);

    /// <exception cref="ArchiveException">Locked: no document of it can be opened here, or there is none.</exception>
    public async ValueTask<DataKey> FindAsync(ContentDigest id, CancellationToken cancellation)
    {
        if (known.TryGetValue(id, out var found))
            return found;
        var documents = await KeyDocuments.ReadAsync(store, cancellation);
        var its = documents.Documents.Where(d => d.DataKey == id).Reverse().ToList();
        foreach (var document in its)
        {
            if (await TryOpenAsync(document, cancellation) is { } key)
                return key;
        }
        throw Locked(its.Count == 0 ? MissingText(id, documents) : $"The data key {Short(id)} can't be opened: {Needed(its)}");
    }

    /// <summary>How points are encrypted that are made now; null: the vault isn't encrypted.</summary>
    /// <exception cref="ArchiveException">
    /// Locked: it is, or has to be, and its newest key document can't be opened. Nothing may be written then.
    /// </exception>
    public async ValueTask<VaultEncryption?> CurrentAsync(CancellationToken cancellation)
    {
        var documents = await KeyDocuments.ReadAsync(store, cancellation);
        if (documents.Last == 0)
            return required is null
                ? null
                : throw Locked(
                    $"Points must be encrypted here, and {store.Location} has no key document: turn encryption on with 'holdfast vault "
                        + "encrypt'. If it was on, someone deleted its keys: restore them from the replica"
                );
        if (documents.Missing.Concat(documents.Faults.Keys).Order().FirstOrDefault() is > 0 and var broken)
            throw Locked(
                documents.Faults.TryGetValue(broken, out var fault)
                    ? $"Nothing is written to {store.Location} while one of its key documents can't be read: {fault.Message}"
                    : $"{VaultPaths.Key(broken)} is missing in {store.Location}: nothing is written while it isn't known why. Key "
                        + "documents are never deleted; copy it back from a replica"
            );
        var current = documents.Current!;
        var key =
            await TryOpenAsync(current, cancellation)
            ?? throw Locked($"{store.Location} is encrypted, so nothing is written without its key: {Needed([current])}");
        return new(current.Encrypts, required ?? EncryptionScope.Secrets, key);
    }

    /// <summary>Opens a document by what is at hand; null: that doesn't open it. Faults of what keeps a key are thrown.</summary>
    public async ValueTask<DataKey?> TryOpenAsync(KeyDocument document, CancellationToken cancellation)
    {
        var attempt = tried.GetOrAdd(document.Number, _ => new(() => UnwrapAsync(document)));
        try
        {
            return await attempt.Value.WaitAsync(cancellation);
        }
        catch when (attempt.Value.IsFaulted)
        {
            tried.TryRemove(new(document.Number, attempt));
            throw;
        }
    }

    /// <summary>For all who need it: that one of them stops waiting stops no other.</summary>
    private async Task<DataKey?> UnwrapAsync(KeyDocument document)
    {
        foreach (var wrap in wraps.Where(w => w.Handles(document.Wrap)))
        {
            if (await wrap.UnwrapAsync(document, CancellationToken.None) is { } key)
                return known.GetOrAdd(key.Id, key);
        }
        return null;
    }

    private string Needed(IReadOnlyCollection<KeyDocument> documents)
    {
        var by = documents.Select(d => d.Wrap.Key is { } key ? $"the key {key}" : "a passphrase").Distinct(StringComparer.Ordinal);
        var needed = $"it is wrapped with {string.Join(", and with ", by)}";
        var atHand = wraps.Where(w => documents.Any(d => w.Handles(d.Wrap))).Select(w => w.Name).ToList();
        return atHand.Count == 0
            ? $"{needed}, which isn't at hand. {Advice}"
            : $"{needed}, and {string.Join(" and ", atHand)} that is at hand doesn't open it: it is another one, or the document was "
                + "changed";
    }

    private string MissingText(ContentDigest id, KeyDocuments documents) =>
        $"{store.Location} has no key document for the data key {Short(id)}: what is encrypted with it can't be read. Copy "
        + $"{VaultPaths.Keys} back from a replica{OfFaults(documents)}";

    private static string OfFaults(KeyDocuments documents) =>
        documents.Faults.IsEmpty
            ? ""
            : $". {documents.Faults.Count} of its key documents can't be read: {documents.Faults.Values.First().Message}";

    private static string Short(ContentDigest id) => id.ToString()[..12];

    private static ArchiveException Locked(string message) => new(ArchiveFailure.Locked, message);
}
