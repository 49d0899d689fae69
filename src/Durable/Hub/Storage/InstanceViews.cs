using Google.Protobuf;
using Holdfast.Durable.Client;
using Holdfast.Durable.Protocol;
using Microsoft.Data.Sqlite;
using Failure = Holdfast.Durable.Protocol.TaskFailureDetails;

namespace Holdfast.Durable.Hub.Storage;

/// <summary>Instances as a client sees them.</summary>
internal sealed class InstanceViews(SqliteConnection connection) : IDisposable
{
    // The start is the second event of a history that has begun, or else still a message.
    private const string Columns = """
        key, id, name, status, created, updated, custom_status, failure
        """;

    private const string Payloads = """
        output, coalesce((SELECT event FROM history WHERE instance = key AND place = 1), (SELECT event FROM inbox WHERE instance = key AND rank = 0))
        """;

    private const string Matching = """
        FROM instance WHERE key > ?1 AND ((?2 >> status) & 1) AND created >= ?3 AND created <= ?4 AND substr(id, 1, length(?5)) = ?5 ORDER BY key LIMIT ?6
        """;

    private readonly Statement one = new(connection, $"SELECT {Columns}, {Payloads} FROM instance WHERE id = ?1");
    private readonly Statement brief = new(connection, $"SELECT {Columns} {Matching}");
    private readonly Statement full = new(connection, $"SELECT {Columns}, {Payloads} {Matching}");

    public OrchestrationMetadata? Find(string id) => one.Row(row => new Keyed(0, Payload(row)), id)?.Instance;

    /// <param name="after">The key of the last instance of the page before; 0 for the first.</param>
    public List<Keyed> Page(OrchestrationQuery query, long after, int most)
    {
        var statuses = query.Statuses is { } wanted ? wanted.Aggregate(0L, (mask, status) => mask | 1L << (int)status) : long.MaxValue;
        var (from, to) = (query.CreatedFrom?.UtcTicks ?? 0, query.CreatedTo?.UtcTicks ?? long.MaxValue);
        return (query.FetchInputsAndOutputs ? full : brief).Rows(
            row => new Keyed(row.GetInt64(0), query.FetchInputsAndOutputs ? Payload(row) : Brief(row)), after, statuses, from, to, query.InstanceIdPrefix ?? "", most);
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[one, brief, full])
            statement.Dispose();
    }

    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    public static TaskFailureDetails? Details(Failure? failure) => failure is null
        ? null
        : new(failure.ErrorType, failure.ErrorMessage, failure.IsNonRetriable, Details(failure.InnerFailure));

    private static OrchestrationMetadata Payload(SqliteDataReader row) => Brief(row) with
    {
        Output = JsonPayload.Open(row.Text(8)),
        Input = row.Bytes(9) is { } started ? JsonPayload.Open(Input(started)) : null,
    };

    /// <summary>A history that can't be read must not hide its instance.</summary>
    private static string? Input(byte[] started)
    {
        try
        {
            return HistoryEvent.Parser.ParseFrom(started).ExecutionStarted?.Input;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static OrchestrationMetadata Brief(SqliteDataReader row) =>
        new(row.GetString(2), row.GetString(1), (OrchestrationRuntimeStatus)row.GetInt32(3), Time(row.GetInt64(4)), Time(row.GetInt64(5)))
        {
            CustomStatus = JsonPayload.Open(row.Text(6)),
            FailureDetails = row.Bytes(7) is { } failure ? Details(Failure.Parser.ParseFrom(failure)) : null,
        };

    /// <param name="Key">Where the next page begins after.</param>
    internal sealed record Keyed(long Key, OrchestrationMetadata Instance);
}
