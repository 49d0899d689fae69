using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// Opens the SQLite file of a hub: locks it for this process, checks its integrity and version, and creates its tables.
/// </summary>
internal static class HubFile
{
    private const int Busy = 5,
        Locked = 6,
        Full = 13,
        CannotOpen = 14,
        Corrupt = 11,
        NotADatabase = 26,
        InputOutput = 10,
        ReadOnly = 8;

    /// <param name="path">Null: in memory.</param>
    /// <exception cref="HubException">In use, damaged, of another kind or a newer version, or out of reach.</exception>
    public static SqliteConnection Open(string? path)
    {
        var connection = new SqliteConnection(ConnectionString(path));
        try
        {
            if (path is not null)
                Create(path);
            connection.Open();
            if (path is null)
                Run(connection, HubSchema.Create);
            else
                Prepare(connection, path);
            return connection;
        }
        catch (Exception e)
        {
            connection.Dispose();
            if (e is SqliteException fault)
                throw Fault(fault, path);
            if (e is IOException or UnauthorizedAccessException)
                throw OutOfReach(path, e);
            throw;
        }
    }

    /// <summary>Turns a SQLite error into an exception for the operator.</summary>
    public static HubException Fault(SqliteException fault, string? path)
    {
        var file = path ?? "in memory";
        return fault.SqliteErrorCode switch
        {
            Busy or Locked => new(
                $"The task hub {file} is in use by another process. One process works on a hub at a time: stop the other one, "
                    + "or name another file.",
                true,
                fault
            ),
            Corrupt or NotADatabase => Damaged(file, fault.Message, fault),
            Full => new($"The task hub {file} can't be written: the disk is full. Runs resume once there is space.", true, fault),
            CannotOpen => OutOfReach(file, fault),
            ReadOnly => new($"The task hub {file} can't be written: the file or its folder is read-only.", false, fault),
            InputOutput => new($"The disk failed under the task hub {file}: {fault.Message}", true, fault),
            _ => new($"The task hub {file} failed: {fault.Message}", false, fault),
        };
    }

    private static HubException OutOfReach(string? file, Exception fault) =>
        new($"The task hub {file} can't be opened. Its folder must exist, and this process must be allowed to write to it.", false, fault);

    /// <summary>
    /// Creates the file with access for its owner only; SQLite gives the files beside it the same mode. An existing file isn't opened here:
    /// closing it would release the locks that a hub in this process has on it.
    /// </summary>
    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows() || File.Exists(path))
            return;
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var created = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            }
        );
    }

    private static string ConnectionString(string? path) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = path ?? ":memory:",
            Pooling = false,
            // Seconds: a process that was just killed may need a moment to release its locks.
            DefaultTimeout = 2,
        }.ToString();

    private static void Prepare(SqliteConnection connection, string path)
    {
        // Exclusive before the first access: the log's index then lives in this process's memory, and no other process gets in.
        Run(connection, "PRAGMA locking_mode = EXCLUSIVE");
        Run(connection, "PRAGMA journal_mode = WAL");
        Run(connection, "PRAGMA synchronous = FULL");
        Run(connection, "PRAGMA journal_size_limit = 67108864");
        Run(connection, "BEGIN IMMEDIATE");
        var (application, version) = (Number(connection, "PRAGMA application_id"), Number(connection, "PRAGMA user_version"));
        if (version == 0 && Number(connection, "SELECT count(*) FROM sqlite_master") == 0)
            Run(
                connection,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{HubSchema.Create} PRAGMA application_id = {HubSchema.ApplicationId}; PRAGMA user_version = {HubSchema.Version};"
                )
            );
        else
            Check(connection, path, application, version);
        Run(connection, "COMMIT");
    }

    private static void Check(SqliteConnection connection, string path, long application, long version)
    {
        if (application != HubSchema.ApplicationId)
            throw new HubException($"{path} is an SQLite database, but not a task hub. Name another file.", false);
        if (version > HubSchema.Version)
            throw NewerVersion(path, version);
        if (version < HubSchema.Version)
            throw OlderVersion(path, version);
        var found = Text(connection, "PRAGMA quick_check(1)");
        if (found != "ok")
            throw Damaged(path, found, null);
    }

    private static HubException NewerVersion(string path, long version) =>
        new(
            $"The task hub {path} was written by a newer version (format {version}; this one knows {HubSchema.Version}). "
                + "Use that version.",
            false
        );

    private static HubException OlderVersion(string path, long version) =>
        new(
            $"The task hub {path} was written by an older version (format {version}; this one needs {HubSchema.Version}). "
                + "Let its runs finish with the version that wrote it, or move the file and its -wal away: "
                + "unfinished runs are then reported as lost, and can be started again.",
            false
        );

    private static HubException Damaged(string file, string found, Exception? inner) =>
        new(
            $"The task hub {file} is damaged ({found}). Restore a copy, or move the file and its -wal away to start with an empty hub: "
                + "unfinished runs are lost, but their completed work is kept.",
            false,
            inner
        );

    private static void Run(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Run();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        return (long)statement.Value()!;
    }

    private static string Text(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        return (string)statement.Value()!;
    }
}
