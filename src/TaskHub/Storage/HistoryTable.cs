using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>The events of an instance's present generation, in their order from place 0.</summary>
internal sealed class HistoryTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement add = new(connection, "INSERT INTO history (instance, place, event) VALUES (?1, ?2, ?3)");
    private readonly Statement all = new(connection, "SELECT event FROM history WHERE instance = ?1 ORDER BY place");
    private readonly Statement clear = new(connection, "DELETE FROM history WHERE instance = ?1");

    public void Add(long instance, int place, IReadOnlyList<byte[]> events)
    {
        for (var i = 0; i < events.Count; i++)
            add.Run(instance, place + i, events[i]);
    }

    public List<byte[]> Of(long instance) => all.Rows(row => row.GetFieldValue<byte[]>(0), instance);

    public void Clear(long instance) => clear.Run(instance);

    public void Dispose()
    {
        foreach (var statement in (Statement[])[add, all, clear])
            statement.Dispose();
    }
}
