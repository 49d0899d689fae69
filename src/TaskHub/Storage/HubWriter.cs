using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// The only connection to the file, on its own thread. Changes that arrive during a commit share the next one: all waiting changes become
/// one transaction with one flush to disk.
/// </summary>
internal sealed class HubWriter : IDisposable
{
    /// <summary>Bounds how long the first change of a transaction waits for the last.</summary>
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
    /// Runs <paramref name="change"/> in a transaction, and completes once that is on disk. If a shared transaction fails, the change may
    /// run a second time: it must only touch the tables.
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

    /// <summary>Completes the earlier changes, then closes the file so that another process can use it.</summary>
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
#pragma warning disable CA1031 // Each change is repeated by itself, and the one at fault passes its exception to its caller.
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

    /// <summary>One of several failed: each gets its own transaction, so that only the one at fault fails.</summary>
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
