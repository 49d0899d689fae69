using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Holdfast.Simulator.Storage;

/// <summary>
/// What etcd is to a cluster: every object's states, one revision counter for all types, and the log of changes since the last compaction.
/// Thread-safe; every write is one revision and one entry of the log.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ObjectTable> _tables = [];

    // _log[i].Revision == _compacted + 1 + i
    private readonly List<StoredVersion> _log = [];
    private readonly Channel<StoredVersion> _feed = Channel.CreateUnbounded<StoredVersion>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private long _compacted = 1;

    public long Revision
    {
        get
        {
            lock (_gate)
                return _compacted + _log.Count;
        }
    }

    /// <summary>Every change in order, for the one reader that drives the controllers; compaction takes nothing from it.</summary>
    public ChannelReader<StoredVersion> Feed => _feed.Reader;

    public ObjectTable Table(string groupResource)
    {
        lock (_gate)
        {
            if (!_tables.TryGetValue(groupResource, out var table))
                _tables.Add(groupResource, table = new ObjectTable(groupResource));
            return table;
        }
    }

    public StoredVersion? Find(ObjectTable table, string key)
    {
        lock (_gate)
            return table.Find(key);
    }

    /// <summary>Writes the next state if <paramref name="expected"/> still is the present one (null: nothing is there).</summary>
    /// <returns>The new state; null when somebody else was faster.</returns>
    public StoredVersion? TryWrite(ObjectTable table, string key, StoredVersion? expected, JsonObject content, bool isDeletion = false)
    {
        StoredVersion version;
        lock (_gate)
        {
            if (table.Find(key) != expected)
                return null;
            version = StoredContent.Encode(table, key, _compacted + _log.Count + 1, content, isDeletion, isCreation: expected is null);
            version.Previous = table.Newest(key);
            table.Put(version);
            _log.Add(version);
            _feed.Writer.TryWrite(version);
        }
        table.Changed.Raise();
        return version;
    }

    /// <summary>A consistent page.</summary>
    /// <param name="revision">Null: the present one.</param>
    /// <param name="limit">0: all.</param>
    /// <returns>Null when the revision is compacted away.</returns>
    public Page? Read(ObjectTable table, long? revision, string prefix, string start, int limit)
    {
        lock (_gate)
        {
            var at = revision ?? _compacted + _log.Count;
            if (at < _compacted)
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
    /// <returns>Null when the revision is compacted away.</returns>
    public List<StoredVersion>? ChangesAfter(long revision, ObjectTable table, out long reached)
    {
        lock (_gate)
        {
            reached = _compacted + _log.Count;
            if (revision < _compacted)
                return null;
            List<StoredVersion> changes = [];
            for (var i = (int)(revision - _compacted); i < _log.Count; i++)
            {
                if (_log[i].Table == table)
                    changes.Add(_log[i]);
            }
            return changes;
        }
    }

    /// <summary>Forgets every state but the present ones.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _compacted += _log.Count;
            _log.Clear();
            foreach (var table in _tables.Values)
                table.Compact();
        }
    }
}

/// <param name="Remaining">Objects behind the page's last.</param>
internal sealed record Page(long Revision, List<StoredVersion> Items, int Remaining);
