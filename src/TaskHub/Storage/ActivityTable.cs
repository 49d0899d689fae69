using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>An activity that was scheduled.</summary>
/// <param name="InstanceId">The caller's id.</param>
/// <param name="Created">When the caller was created, in ticks.</param>
internal sealed record ActivityRow(
    long Id,
    long Instance,
    int Generation,
    int Task,
    string Name,
    string? Input,
    string InstanceId,
    long Created
);

/// <summary>An activity's place in the queue: its row, and the instance whose turn it takes.</summary>
internal readonly record struct QueuedActivity(long Id, long Instance);

/// <summary>
/// Activities without a recorded answer. Recording the answer removes the row, so a second answer finds none.
/// </summary>
internal sealed class ActivityTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement add = new(
        connection,
        "INSERT INTO activity (instance, generation, task, name, input) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id"
    );
    private readonly Statement find = new(
        connection,
        """
        SELECT a.id, a.instance, a.generation, a.task, a.name, a.input, i.id, i.created
        FROM activity a JOIN instance i ON i.key = a.instance WHERE a.id = ?1
        """
    );
    private readonly Statement all = new(connection, "SELECT id, instance FROM activity ORDER BY id");
    private readonly Statement remove = new(connection, "DELETE FROM activity WHERE id = ?1");
    private readonly Statement clear = new(connection, "DELETE FROM activity WHERE instance = ?1");

    public QueuedActivity Add(long instance, int generation, int task, string name, string? input) =>
        new((long)add.Value(instance, generation, task, name, input)!, instance);

    public ActivityRow? Find(long id) =>
        find.Row(
            row => new ActivityRow(
                row.GetInt64(0),
                row.GetInt64(1),
                row.GetInt32(2),
                row.GetInt32(3),
                row.GetString(4),
                row.Text(5),
                row.GetString(6),
                row.GetInt64(7)
            ),
            id
        );

    public List<QueuedActivity> All() => all.Rows(row => new QueuedActivity(row.GetInt64(0), row.GetInt64(1)));

    /// <returns>False: it didn't exist any more.</returns>
    public bool Remove(long id) => remove.Run(id) == 1;

    public void Clear(long instance) => clear.Run(instance);

    public void Dispose()
    {
        foreach (var statement in (Statement[])[add, find, all, remove, clear])
            statement.Dispose();
    }
}
