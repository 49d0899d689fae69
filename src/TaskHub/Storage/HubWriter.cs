using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// The one connection to the file, on a thread of its own. What is asked for while a commit is under way shares the next one: as many
/// changes as wait make one transaction, and one flush to disk.
/// </summary>
internal sealed class HubWriter : IDisposable
{
    /// <summary>Bounds how long the first of a transaction waits for the last.</summary>
    private const int MostTogether = 256;

    private readonly string? path;
    private readonly SqliteConnection connection;
    private readonly HubTables tables;
    private readonly BlockingCollection<Change> waiting = [];
    private readonly Thread thread;
    private readonly Statement begin,
        commit,
        rollback;
    private bool closed;

    /// <inheritdoc cref="HubFile.Open"/>
    public HubWriter(string? path)
    {
        this.path = path;
        connection = HubFile.Open(path);
        tables = new(connection);
        (begin, commit, rollback) = (new(connection, "BEGIN"), new(connection, "COMMIT"), new(connection, "ROLLBACK"));
        thread = new Thread(Loop) { IsBackground = true, Name = "task hub" };
        thread.Start();
    }

    /// <summary>
    /// Does <paramref name="change"/> in a transaction, and completes once that is on disk. The change may be run a second time when the
    /// transaction that it shared with others failed:
    /// it touches nothing but the tables.
    /// </summary>
    /// <exception cref="HubException">The file can't be written now; nothing of the change is in it.</exception>
    /// <exception cref="ObjectDisposedException">The hub was stopped.</exception>
    public Task<T> Do<T>(Func<HubTables, T> change)
    {
        var asked = new Change<T>(change);
        try
        {
            waiting.Add(asked);
        }
        catch (InvalidOperationException e)
        {
            throw new ObjectDisposedException("The task hub was stopped.", e);
        }
        return asked.Result;
    }

    /// <summary>What was asked for before is done; then the file is closed, and free for another process.</summary>
    public void Dispose()
    {
        if (closed)
            return;
        closed = true;
        waiting.CompleteAdding();
        thread.Join();
        waiting.Dispose();
        foreach (var statement in (Statement[])[begin, commit, rollback])
            statement.Dispose();
        tables.Dispose();
        connection.Dispose();
    }

    private void Loop()
    {
        var together = new List<Change>();
        foreach (var first in waiting.GetConsumingEnumerable())
        {
            together.Clear();
            together.Add(first);
            while (together.Count < MostTogether && waiting.TryTake(out var next))
                together.Add(next);
            Commit(together);
        }
    }

    private void Commit(List<Change> together)
    {
        try
        {
            begin.Run();
            foreach (var change in together)
                change.Run(tables);
            commit.Run();
        }
#pragma warning disable CA1031 // Each change is done again by itself, and the one at fault hands its exception to whoever asked for it.
        catch (Exception e)
        {
            Undo();
            Apart(together, e);
            return;
        }
#pragma warning restore CA1031
        foreach (var change in together)
            change.Done();
    }

    /// <summary>One of many failed: each gets a transaction of its own, so that only the one at fault fails.</summary>
    private void Apart(List<Change> together, Exception fault)
    {
        if (together is [var alone])
            alone.Failed(fault is SqliteException sqlite ? HubFile.Fault(sqlite, path) : fault);
        else
            together.ForEach(change => Commit([change]));
    }

    private void Undo()
    {
        try
        {
            rollback.Run();
        }
        catch (SqliteException)
        {
            // A full disk has rolled it back already.
        }
    }

    private abstract class Change
    {
        public abstract void Run(HubTables tables);
        public abstract void Done();
        public abstract void Failed(Exception fault);
    }

    private sealed class Change<T>(Func<HubTables, T> change) : Change
    {
        private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T value = default!;

        public Task<T> Result => result.Task;

        public override void Run(HubTables tables) => value = change(tables);

        public override void Done() => result.SetResult(value);

        public override void Failed(Exception fault) => result.SetException(fault);
    }
}
