using System.Runtime.CompilerServices;

namespace Holdfast.Restore.Comparing;

/// <summary>One object of a side, at its place in the order of keys (<c>namespace/name</c>, as API servers list).</summary>
internal readonly record struct ComparedObject(string Key, ReadOnlyMemory<byte> Json);

/// <summary>A side's objects don't come in the order of their keys, so that they can't be paired as they pass.</summary>
internal sealed class OutOfOrderException(string type) : Exception($"objects of {type} are not in the order of their keys");

/// <summary>Pairs the objects of two sides by key while they pass.</summary>
internal static class OrderedPairs
{
    public static async IAsyncEnumerable<(ComparedObject? Before, ComparedObject? After)> OfAsync(
        IAsyncEnumerable<ComparedObject> before,
        IAsyncEnumerable<ComparedObject> after,
        string type,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var first = new Cursor(before, type, cancellation);
        await using var second = new Cursor(after, type, cancellation);
        await first.MoveAsync();
        await second.MoveAsync();
        while (first.Current is not null || second.Current is not null)
        {
            var order = Compare(first.Current, second.Current);
            yield return (order <= 0 ? first.Current : null, order >= 0 ? second.Current : null);
            if (order <= 0)
                await first.MoveAsync();
            if (order >= 0)
                await second.MoveAsync();
        }
    }

    /// <summary>The same objects in order; all are held.</summary>
    public static async IAsyncEnumerable<ComparedObject> SortedAsync(
        IAsyncEnumerable<ComparedObject> objects,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var all = new SortedDictionary<string, ComparedObject>(StringComparer.Ordinal);
        await foreach (var item in objects.WithCancellation(cancellation))
            all[item.Key] = item;
        foreach (var item in all.Values)
            yield return item;
    }

    private static int Compare(ComparedObject? first, ComparedObject? second) =>
        (first, second) switch
        {
            (null, _) => 1,
            (_, null) => -1,
            var (a, b) => string.CompareOrdinal(a.Value.Key, b.Value.Key),
        };

    private sealed class Cursor(IAsyncEnumerable<ComparedObject> objects, string type, CancellationToken cancellation) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<ComparedObject> enumerator = objects.GetAsyncEnumerator(cancellation);

        public ComparedObject? Current { get; private set; }

        public async ValueTask MoveAsync()
        {
            var last = Current?.Key;
            Current = await enumerator.MoveNextAsync() ? enumerator.Current : null;
            if (last is not null && Current is { } current && string.CompareOrdinal(current.Key, last) <= 0)
                throw new OutOfOrderException(type);
        }

        public ValueTask DisposeAsync() => enumerator.DisposeAsync();
    }
}
