using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Holdfast.Simulator.Storage;

/// <summary>
/// The counterpart of etcd: every object's states, one revision counter for all types, and the log of changes since the last compaction.
/// Thread-safe; every write is one revision and one entry of the log.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ObjectTable> tables = [];

    // log[i].Revision == compacted + 1 + i
    private readonly List<StoredVersion> log = [];
    private readonly Channel<StoredVersion> feed = Channel.CreateUnbounded<StoredVersion>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private long compacted = 1;

    public long Revision
    {
        get
        {
            lock (gate)
                return compacted + log.Count;
        }
    }

    /// <summary>Every change in order, for the one reader that drives the controllers; unaffected by compaction.</summary>
    public ChannelReader<StoredVersion> Feed => feed.Reader;

    public ObjectTable Table(string groupResource)
    {
        lock (gate)
        {
            if (!tables.TryGetValue(groupResource, out var table))
                tables.Add(groupResource, table = new ObjectTable(groupResource));
            return table;
        }
    }

    public StoredVersion? Find(ObjectTable table, string key)
    {
        lock (gate)
            return table.Find(key);
    }

    /// <summary>Writes the next state if <paramref name="expected"/> is still the current one (null: no object exists).</summary>
    /// <returns>The new state; null if another write was faster.</returns>
    public StoredVersion? TryWrite(ObjectTable table, string key, StoredVersion? expected, JsonObject content, bool isDeletion = false)
    {
        StoredVersion version;
        lock (gate)
        {
            if (table.Find(key) != expected)
                return null;
            version = StoredContent.Encode(table, key, compacted + log.Count + 1, content, isDeletion, isCreation: expected is null);
            version.Previous = table.Newest(key);
            table.Put(version);
            log.Add(version);
            feed.Writer.TryWrite(version);
        }
        table.Changed.Raise();
        return version;
    }

    /// <summary>A consistent page.</summary>
    /// <param name="revision">Null: the current one.</param>
    /// <param name="limit">0: all.</param>
    /// <returns>Null if the revision is compacted.</returns>
    public Page? Read(ObjectTable table, long? revision, string prefix, string start, int limit)
    {
        lock (gate)
        {
            var at = revision ?? compacted + log.Count;
            if (at < compacted)
                return null;
            List<StoredVersion> items = [];
            var remaining = 0;
            foreach (var version in table.At(at, prefix, start))
            {
                if (limit > 0 && items.Count == limit)
                    remaining++;
                else
                    items.Add(version);
            }
            return new Page(at, items, remaining);
        }
    }

    /// <summary>A table's changes after a revision, oldest first.</summary>
    /// <param name="reached">The revision up to which the answer is complete.</param>
    /// <returns>Null if the revision is compacted.</returns>
    public List<StoredVersion>? ChangesAfter(long revision, ObjectTable table, out long reached)
    {
        lock (gate)
        {
            reached = compacted + log.Count;
            if (revision < compacted)
                return null;
            List<StoredVersion> changes = [];
            for (var i = (int)(revision - compacted); i < log.Count; i++)
            {
                if (log[i].Table == table)
                    changes.Add(log[i]);
            }
            return changes;
        }
    }

    /// <summary>Drops all states but the current ones.</summary>
    public void Compact()
    {
        lock (gate)
        {
            compacted += log.Count;
            log.Clear();
            foreach (var table in tables.Values)
                table.Compact();
        }
    }
}

/// <param name="Remaining">Number of objects after the page.</param>
internal sealed record Page(long Revision, List<StoredVersion> Items, int Remaining);
