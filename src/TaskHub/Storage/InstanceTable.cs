using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace Holdfast.TaskHub.Storage;

/// <summary>Where the answer of a sub-orchestration goes: a task of one generation of the caller.</summary>
internal readonly record struct Caller(long Instance, int Generation, int Task);

/// <summary>The engine's view of an instance.</summary>
internal sealed record InstanceRow(
    long Key,
    string Id,
    string Name,
    OrchestrationRuntimeStatus Status,
    int Generation,
    long Created,
    Caller? Caller
)
{
    public bool IsFinished =>
        Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>An instance's state after an episode.</summary>
/// <param name="Failure">A protobuf TaskFailureDetails.</param>
internal sealed record InstanceState(
    OrchestrationRuntimeStatus Status,
    string? CustomStatus,
    string? Output = null,
    byte[]? Failure = null
);

internal sealed class InstanceTable(SqliteConnection connection) : IDisposable
{
    private const string Row = "key, id, name, status, generation, created, parent, parent_generation, parent_task";

    private readonly Statement add = new(
        connection,
        """
        INSERT INTO instance (id, name, status, generation, created, updated, parent, parent_generation, parent_task)
        VALUES (?1, ?2, 6, 0, ?3, ?3, ?4, ?5, ?6) RETURNING key
        """
    );
    private readonly Statement byKey = new(connection, $"SELECT {Row} FROM instance WHERE key = ?1");
    private readonly Statement byId = new(connection, $"SELECT {Row} FROM instance WHERE id = ?1");
    private readonly Statement children = new(connection, $"SELECT {Row} FROM instance WHERE parent = ?1");
    private readonly Statement update = new(
        connection,
        "UPDATE instance SET status = ?2, custom_status = ?3, output = ?4, failure = ?5, updated = ?6 WHERE key = ?1"
    );
    private readonly Statement renew = new(connection, "UPDATE instance SET generation = generation + 1 WHERE key = ?1");
    private readonly Statement finished = new(
        connection,
        $"""
        SELECT {Row} FROM instance WHERE status IN (1, 3, 5) AND ((?1 >> status) & 1) AND created >= ?2 AND created <= ?3 LIMIT ?4
        """
    );
    private readonly Statement delete = new(connection, "DELETE FROM instance WHERE key = ?1");

    /// <summary>Adds a pending instance.</summary>
    /// <returns>Its key.</returns>
    public long Add(string id, string name, long now, Caller? caller) =>
        (long)add.Value(id, name, now, caller?.Instance, caller?.Generation, caller?.Task)!;

    public InstanceRow? ByKey(long key) => byKey.Row(Read, key);

    public InstanceRow? ById(string id) => byId.Row(Read, id);

    public List<InstanceRow> Children(long key) => children.Rows(Read, key);

    public void Update(long key, InstanceState state, long now) =>
        update.Run(key, (int)state.Status, state.CustomStatus, state.Output, state.Failure, now);

    public void Renew(long key) => renew.Run(key);

    public List<InstanceRow> Finished(InstanceFilter filter, int most) =>
        finished.Rows(Read, filter.Statuses, filter.From, filter.To, most);

    /// <returns>False: it didn't exist any more.</returns>
    public bool Delete(long key) => delete.Run(key) == 1;

    public void Dispose()
    {
        foreach (var statement in (Statement[])[add, byKey, byId, children, update, renew, finished, delete])
            statement.Dispose();
    }

    private static InstanceRow Read(SqliteDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetString(2),
            (OrchestrationRuntimeStatus)row.GetInt32(3),
            row.GetInt32(4),
            row.GetInt64(5),
            row.IsDBNull(6) ? null : new Caller(row.GetInt64(6), row.GetInt32(7), row.GetInt32(8))
        );
}
