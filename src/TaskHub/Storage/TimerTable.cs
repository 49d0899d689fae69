using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <param name="FireAt">Ticks, UTC.</param>
internal sealed record TimerRow(long Instance, int Generation, int Task, long FireAt);

/// <summary>Timers of the present generations that haven't fired.</summary>
internal sealed class TimerTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement add = new(connection, "INSERT OR REPLACE INTO timer (instance, task, fire_at) VALUES (?1, ?2, ?3)");
    private readonly Statement due = new(
        connection,
        """
        SELECT t.instance, i.generation, t.task, t.fire_at
        FROM timer t JOIN instance i ON i.key = t.instance WHERE t.fire_at <= ?1 ORDER BY t.fire_at LIMIT ?2
        """
    );
    private readonly Statement next = new(connection, "SELECT min(fire_at) FROM timer");
    private readonly Statement remove = new(connection, "DELETE FROM timer WHERE instance = ?1 AND task = ?2");
    private readonly Statement clear = new(connection, "DELETE FROM timer WHERE instance = ?1");

    public void Add(long instance, int task, long fireAt) => add.Run(instance, task, fireAt);

    public List<TimerRow> Due(long now, int most) =>
        due.Rows(row => new TimerRow(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetInt64(3)), now, most);

    /// <summary>When the next one is due; null: none is set.</summary>
    public long? Next() => (long?)next.Value();

    public void Remove(TimerRow timer) => remove.Run(timer.Instance, timer.Task);

    public void Clear(long instance) => clear.Run(instance);

    public void Dispose()
    {
        foreach (var statement in (Statement[])[add, due, next, remove, clear])
            statement.Dispose();
    }
}
