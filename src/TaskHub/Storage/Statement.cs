using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// One SQL statement, prepared at its first use. Its parameters are <c>?1</c>, <c>?2</c>, … in the order of the values. For the
/// writer's thread only.
/// </summary>
internal sealed class Statement(SqliteConnection connection, string sql) : IDisposable
{
    private SqliteCommand? command;

    /// <returns>How many rows it changed.</returns>
    public int Run(params ReadOnlySpan<object?> values) => Bound(values).ExecuteNonQuery();

    /// <summary>The first column of the first row; null when there is no row, or a null in it.</summary>
    public object? Value(params ReadOnlySpan<object?> values)
    {
        var value = Bound(values).ExecuteScalar();
        return value is DBNull ? null : value;
    }

    public List<T> Rows<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bound(values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    public T? Row<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using var reader = Bound(values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    public void Dispose() => command?.Dispose();

    private SqliteCommand Bound(ReadOnlySpan<object?> values)
    {
        command ??= Create(values.Length);
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    private SqliteCommand Create(int parameters)
    {
        var created = connection.CreateCommand();
        // The texts are constants of this folder: caller input is never part of one.
#pragma warning disable CA2100
        created.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 1; i <= parameters; i++)
            created.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"?{i}") });
        return created;
    }
}

internal static class ReaderColumns
{
    public static string? Text(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static byte[]? Bytes(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
