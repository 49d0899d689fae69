using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// An instance as clients see it. Payloads are JSON texts; the output of a failed instance is its message. Times are ticks, UTC.
/// </summary>
internal sealed record InstanceView(string Id, string Name, OrchestrationRuntimeStatus Status, long Created, long Updated)
{
    public string? Input { get; init; }
    public string? Output { get; init; }
    public string? CustomStatus { get; init; }
    public P.TaskFailureDetails? Failure { get; init; }

    public bool IsFinished =>
        Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <param name="Key">The next page begins after this.</param>
internal sealed record KeyedView(long Key, InstanceView Instance);

/// <param name="Statuses">A bit for each wanted status, by its number.</param>
/// <param name="From">The first moment of creation, in ticks.</param>
/// <param name="To">The last moment of creation.</param>
internal readonly record struct InstanceFilter(long Statuses, long From, long To)
{
    /// <summary>No statuses: all.</summary>
    public static InstanceFilter Of(IEnumerable<OrchestrationRuntimeStatus>? statuses, DateTimeOffset? from, DateTimeOffset? to)
    {
        var mask = statuses?.Aggregate(0L, (bits, status) => bits | 1L << (int)status) ?? 0;
        return new(mask == 0 ? long.MaxValue : mask, from?.UtcTicks ?? 0, to?.UtcTicks ?? long.MaxValue);
    }
}

internal sealed class InstanceViews(SqliteConnection connection) : IDisposable
{
    private const string Columns = "key, id, name, status, created, updated, custom_status, failure";

    // The start is the second event of the history, or still a message if there is no history yet.
    private const string Payloads = """
        output, coalesce(
          (SELECT event FROM history WHERE instance = key AND place = 1),
          (SELECT event FROM inbox WHERE instance = key AND rank = 0))
        """;

    private const string Matching = """
        FROM instance
        WHERE key > ?1 AND ((?2 >> status) & 1) AND created >= ?3 AND created <= ?4 AND substr(id, 1, length(?5)) = ?5
        ORDER BY key LIMIT ?6
        """;

    private readonly Statement one = new(connection, $"SELECT {Columns}, {Payloads} FROM instance WHERE id = ?1");
    private readonly Statement brief = new(connection, $"SELECT {Columns} {Matching}");
    private readonly Statement full = new(connection, $"SELECT {Columns}, {Payloads} {Matching}");

    public InstanceView? Find(string id) => one.Row(Full, id);

    /// <param name="after">The key of the last instance of the page before; 0 for the first.</param>
    /// <param name="payloads">With inputs and outputs.</param>
    public List<KeyedView> Page(InstanceFilter filter, string prefix, bool payloads, long after, int most) =>
        (payloads ? full : brief).Rows(
            row => new KeyedView(row.GetInt64(0), payloads ? Full(row) : Brief(row)),
            after,
            filter.Statuses,
            filter.From,
            filter.To,
            prefix,
            most
        );

    public void Dispose()
    {
        foreach (var statement in (Statement[])[one, brief, full])
            statement.Dispose();
    }

    private static InstanceView Full(SqliteDataReader row) =>
        Brief(row) with
        {
            Output = row.Text(8),
            Input = row.Bytes(9) is { } started ? Input(started) : null,
        };

    /// <summary>A history that can't be read must not hide its instance.</summary>
    private static string? Input(byte[] started)
    {
        try
        {
            return P.HistoryEvent.Parser.ParseFrom(started).ExecutionStarted?.Input;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static InstanceView Brief(SqliteDataReader row) =>
        new(row.GetString(1), row.GetString(2), (OrchestrationRuntimeStatus)row.GetInt32(3), row.GetInt64(4), row.GetInt64(5))
        {
            CustomStatus = row.Text(6),
            Failure = row.Bytes(7) is { } failure ? P.TaskFailureDetails.Parser.ParseFrom(failure) : null,
        };
}
