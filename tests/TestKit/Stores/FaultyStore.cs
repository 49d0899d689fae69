using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.TestKit.Stores;

public enum StoreOperation
{
    Create,
    Read,
    ReadRange,
    List,
    ListFolders,
    Delete,
    Extend,
    Now,
    Promote,
    Hold,
}

/// <param name="Number">Counts the calls of one operation, from 1.</param>
/// <param name="Bytes">Of a create.</param>
public sealed record StoreCall(StoreOperation Operation, int Number, string Path, int Bytes = 0);

/// <summary>
/// A store that fails, stalls, fills up, turns read-only or tears writes, on a call that a test chooses; otherwise it calls the inner
/// store. Rules apply in the order in which they were added. Records every call. Thread-safe once its rules are set.
/// </summary>
public sealed class FaultyStore(IBlobStore inner) : IBlobStore
{
    private readonly List<Func<StoreCall, CancellationToken, Task>> rules = [];
    private readonly ConcurrentDictionary<StoreOperation, int> counts = [];
    private readonly ConcurrentQueue<StoreCall> calls = [];
    private readonly HashSet<int> torn = [];
    private long written;

    public string Location => inner.Location;

    public VaultKeys? Keys => inner.Keys;

    public ImmutabilitySupport Immutability => inner.Immutability;

    public IReadOnlyCollection<StoreCall> Calls => calls;

    public int Count(StoreOperation operation) => counts.GetValueOrDefault(operation);

    /// <summary>Runs before each call; what it throws is the call's outcome.</summary>
    public FaultyStore Before(Func<StoreCall, CancellationToken, Task> rule)
    {
        rules.Add(rule);
        return this;
    }

    public FaultyStore Before(Action<StoreCall> rule) =>
        Before(
            (call, _) =>
            {
                rule(call);
                return Task.CompletedTask;
            }
        );

    /// <summary>The nth call of the operation fails; the next one works again.</summary>
    public FaultyStore Fail(StoreOperation operation, int nth, ArchiveFailure failure = ArchiveFailure.Unreachable) =>
        Before(call => Throw(call.Operation == operation && call.Number == nth, failure, call));

    /// <summary>The nth call of the operation and all after it fail.</summary>
    public FaultyStore FailFrom(StoreOperation operation, int nth, ArchiveFailure failure = ArchiveFailure.Unreachable) =>
        Before(call => Throw(call.Operation == operation && call.Number >= nth, failure, call));

    /// <summary>The nth call of the operation hangs until it is cancelled.</summary>
    public FaultyStore Stall(StoreOperation operation, int nth) =>
        Before(
            (call, cancellation) =>
                call.Operation == operation && call.Number == nth ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask
        );

    /// <summary>Creates fail with Full once this many bytes were written.</summary>
    public FaultyStore FullAfter(long bytes) =>
        Before(call =>
            Throw(call.Operation == StoreOperation.Create && Interlocked.Add(ref written, call.Bytes) > bytes, ArchiveFailure.Full, call)
        );

    public FaultyStore ReadOnly() =>
        Before(call =>
            Throw(
                call.Operation
                    is StoreOperation.Create
                        or StoreOperation.Promote
                        or StoreOperation.Delete
                        or StoreOperation.Extend
                        or StoreOperation.Hold,
                ArchiveFailure.Forbidden,
                call
            )
        );

    /// <summary>
    /// The nth create stores half of its bytes and then fails: like a store that isn't atomic, or a disk that ignores a flush.
    /// </summary>
    public FaultyStore Tear(int nth)
    {
        torn.Add(nth);
        return this;
    }

    public async Task<CreateOutcome> CreateAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    )
    {
        var call = await EnterAsync(StoreOperation.Create, path, content.Length, cancellation);
        if (!torn.Contains(call.Number))
            return await inner.CreateAsync(path, content, term, cancellation);
        await inner.CreateAsync(path, content[..(content.Length / 2)], term, cancellation);
        throw new ArchiveException(ArchiveFailure.Unreachable, $"injected: the connection was cut in the middle of {path}");
    }

    public async Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.Read, path, 0, cancellation);
        return await inner.ReadAsync(path, version, cancellation);
    }

    public async Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.ReadRange, path, 0, cancellation);
        return await inner.ReadRangeAsync(path, version, offset, length, cancellation);
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.List, prefix, 0, cancellation);
        await foreach (var entry in inner.ListAsync(prefix, cancellation))
            yield return entry;
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.ListFolders, prefix, 0, cancellation);
        await foreach (var folder in inner.ListFoldersAsync(prefix, cancellation))
            yield return folder;
    }

    public async Task DeleteAsync(string path, string? version, CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.Delete, path, 0, cancellation);
        await inner.DeleteAsync(path, version, cancellation);
    }

    public async Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.Extend, path, 0, cancellation);
        return await inner.ExtendImmutabilityAsync(path, version, term, cancellation);
    }

    public Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation) => inner.TraitsAsync(cancellation);

    public async Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.Hold, path, 0, cancellation);
        return await inner.SetLegalHoldAsync(path, version, isHeld, cancellation);
    }

    public async Task<string> PromoteAsync(
        string path,
        ReadOnlyMemory<byte> content,
        ImmutabilityTerm? term,
        CancellationToken cancellation
    )
    {
        await EnterAsync(StoreOperation.Promote, path, content.Length, cancellation);
        return await inner.PromoteAsync(path, content, term, cancellation);
    }

    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellation)
    {
        await EnterAsync(StoreOperation.Now, "", 0, cancellation);
        return await inner.NowAsync(cancellation);
    }

    private async Task<StoreCall> EnterAsync(StoreOperation operation, string path, int bytes, CancellationToken cancellation)
    {
        var call = new StoreCall(operation, counts.AddOrUpdate(operation, 1, (_, count) => count + 1), path, bytes);
        calls.Enqueue(call);
        foreach (var rule in rules)
            await rule(call, cancellation);
        return call;
    }

    private static void Throw(bool now, ArchiveFailure failure, StoreCall call)
    {
        if (now)
            throw new ArchiveException(failure, $"injected: {failure} at {call.Operation} {call.Number} of {call.Path}");
    }
}
