using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Stores;

/// <summary>The key documents of a vault, in order of number.</summary>
/// <param name="Documents">Those that can be read.</param>
/// <param name="Faults">By number: why others can't.</param>
public sealed record KeyDocuments(ImmutableArray<KeyDocument> Documents, ImmutableSortedDictionary<int, ArchiveException> Faults)
{
    /// <summary>The highest number that there is; 0: the vault isn't encrypted.</summary>
    public int Last { get; private init; }

    /// <summary>The one that counts; null: the vault isn't encrypted, or it can't be read.</summary>
    public KeyDocument? Current => Documents is [.., var last] && last.Number == Last ? last : null;

    /// <summary>Numbers below the highest of which there is no document.</summary>
    public IEnumerable<int> Missing => Enumerable.Range(1, Last).Except(Documents.Select(d => d.Number)).Except(Faults.Keys);

    /// <exception cref="ArchiveException">The vault can't be read, or has more of them than the format allows.</exception>
    public static async Task<KeyDocuments> ReadAsync(IBlobStore store, CancellationToken cancellation)
    {
        var numbers = await NumbersAsync(store, cancellation);
        var documents = ImmutableArray.CreateBuilder<KeyDocument>();
        var faults = ImmutableSortedDictionary.CreateBuilder<int, ArchiveException>();
        foreach (var number in numbers)
        {
            try
            {
                if (await store.ReadAsync(VaultPaths.Key(number), null, cancellation) is { } bytes)
                    documents.Add(KeyDocument.Read(bytes, number));
            }
            catch (ArchiveException e) when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.NewerVersion)
            {
                faults[number] = e;
            }
        }
        return new(documents.ToImmutable(), faults.ToImmutable()) { Last = numbers is [.., var last] ? last : 0 };
    }

    /// <summary>In order.</summary>
    public static async Task<IReadOnlyList<int>> NumbersAsync(IBlobStore store, CancellationToken cancellation)
    {
        var numbers = new SortedSet<int>();
        await foreach (var blob in store.ListAsync(VaultPaths.Keys, cancellation))
        {
            if (VaultPaths.KeyOf(blob.Path) is { } number)
                numbers.Add(number);
            if (numbers.Count > FormatLimits.Keys)
                throw new ArchiveException(
                    ArchiveFailure.Malformed,
                    $"{VaultPaths.Keys} in {store.Location} has more than {FormatLimits.Keys} key documents: find out who created them"
                );
        }
        return [.. numbers];
    }
}
