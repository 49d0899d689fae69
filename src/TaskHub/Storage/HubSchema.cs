namespace Holdfast.TaskHub.Storage;

/// <summary>
/// The tables of a hub. Pending work isn't stored separately but follows from them: an unfinished instance with messages needs an episode,
/// an activity's row is an activity without a recorded answer, a timer's row is a timer that hasn't fired. So after a crash nothing has to
/// be repaired.
/// </summary>
internal static class HubSchema
{
    /// <summary>"HFTH" in the file's header: this SQLite file is a task hub.</summary>
    public const int ApplicationId = 0x48465448;

    /// <summary>
    /// 2: histories of the official runner, whose activity inputs and results have another form than those of version 1, and its numbers
    /// of statuses.
    /// </summary>
    public const int Version = 2;

    public const string Create = """
        CREATE TABLE instance (
          key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: what speaks of a key that is gone means an instance that is gone
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          status INTEGER NOT NULL,               -- Microsoft.DurableTask.Client.OrchestrationRuntimeStatus
          generation INTEGER NOT NULL,           -- how often it has continued as new
          created INTEGER NOT NULL,              -- times are ticks, UTC
          updated INTEGER NOT NULL,
          parent INTEGER,                        -- who gets the answer: key, generation and task of the caller
          parent_generation INTEGER,
          parent_task INTEGER,
          custom_status TEXT,
          output TEXT,
          failure BLOB                           -- protobuf TaskFailureDetails
        );
        CREATE INDEX instance_children ON instance (parent) WHERE parent IS NOT NULL;
        CREATE TABLE history (                   -- protobuf HistoryEvents of the present generation
          instance INTEGER NOT NULL,
          place INTEGER NOT NULL,
          event BLOB NOT NULL,
          PRIMARY KEY (instance, place)
        ) WITHOUT ROWID;
        CREATE TABLE inbox (                     -- HistoryEvents that no episode has seen yet
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          instance INTEGER NOT NULL,
          rank INTEGER NOT NULL,                 -- 0 the start, 1 events carried over, 2 all else; within a rank in the order of arrival
          generation INTEGER,                    -- a task's answer is for this generation only; null: for whichever is there
          event BLOB NOT NULL
        );
        CREATE INDEX inbox_order ON inbox (instance, rank, id);
        CREATE TABLE activity (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          instance INTEGER NOT NULL,
          generation INTEGER NOT NULL,
          task INTEGER NOT NULL,
          name TEXT NOT NULL,
          input TEXT
        );
        CREATE INDEX activity_instance ON activity (instance);
        CREATE TABLE timer (
          instance INTEGER NOT NULL,
          task INTEGER NOT NULL,
          fire_at INTEGER NOT NULL,
          PRIMARY KEY (instance, task)
        ) WITHOUT ROWID;
        CREATE INDEX timer_due ON timer (fire_at);
        """;
}
