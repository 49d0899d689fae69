using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Storage;

/// <summary>The tables of one hub. Every call is part of the writer's open transaction.</summary>
internal sealed class HubTables(SqliteConnection connection) : IDisposable
{
    public InstanceTable Instances { get; } = new(connection);
    public HistoryTable History { get; } = new(connection);
    public InboxTable Inbox { get; } = new(connection);
    public ActivityTable Activities { get; } = new(connection);
    public TimerTable Timers { get; } = new(connection);
    public InstanceViews Views { get; } = new(connection);

    /// <summary>Deletes an instance and everything that belongs to it.</summary>
    /// <returns>False: it didn't exist any more.</returns>
    public bool Drop(long instance)
    {
        var existed = Instances.Delete(instance);
        History.Clear(instance);
        Inbox.Clear(instance);
        Activities.Clear(instance);
        Timers.Clear(instance);
        return existed;
    }

    public void Dispose()
    {
        foreach (var table in (IDisposable[])[Instances, History, Inbox, Activities, Timers, Views])
            table.Dispose();
    }
}
