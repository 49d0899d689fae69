using Google.Protobuf;
using Microsoft.Data.Sqlite;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Storage;

internal enum InboxRank
{
    Start,
    CarriedOver,
    Arrival,
}

/// <summary>A message that no episode has processed. Later messages have greater ids.</summary>
internal sealed record InboxRow(long Id, byte[] Event);

/// <summary>Messages to instances, in the order in which their next episode takes them.</summary>
internal sealed class InboxTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement add = new(connection, "INSERT INTO inbox (instance, rank, generation, event) VALUES (?1, ?2, ?3, ?4)");
    private readonly Statement all = new(connection, "SELECT id, event FROM inbox WHERE instance = ?1 ORDER BY rank, id");
    private readonly Statement due = new(
        connection,
        """
        SELECT key FROM instance WHERE status IN (0, 6, 7) AND EXISTS (SELECT 1 FROM inbox WHERE inbox.instance = instance.key) ORDER BY key
        """
    );
    private readonly Statement take = new(connection, "DELETE FROM inbox WHERE instance = ?1 AND id <= ?2");
    private readonly Statement clearAnswers = new(connection, "DELETE FROM inbox WHERE instance = ?1 AND generation IS NOT NULL");
    private readonly Statement clear = new(connection, "DELETE FROM inbox WHERE instance = ?1");

    /// <param name="generation">The generation that requested this answer; null when the message is for the current one, whichever that
    /// is.</param>
    public void Add(long instance, InboxRank rank, int? generation, P.HistoryEvent message) =>
        add.Run(instance, (int)rank, generation, message.ToByteArray());

    public List<InboxRow> Of(long instance) => all.Rows(row => new InboxRow(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), instance);

    /// <summary>Instances that haven't finished and have messages.</summary>
    public List<long> Due() => due.Rows(row => row.GetInt64(0));

    /// <summary>Removes what an episode has processed.</summary>
    public void Take(long instance, long upTo) => take.Run(instance, upTo);

    /// <summary>Removes the answers to an ended generation; events are kept.</summary>
    public void ClearAnswers(long instance) => clearAnswers.Run(instance);

    public void Clear(long instance) => clear.Run(instance);

    public void Dispose()
    {
        foreach (var statement in (Statement[])[add, all, due, take, clearAnswers, clear])
            statement.Dispose();
    }
}
