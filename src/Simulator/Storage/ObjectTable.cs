namespace Holdfast.Simulator.Storage;

/// <summary>The objects of one stored type, by key. The store's lock guards it.</summary>
/// <param name="groupResource"><c>deployments.apps</c>, for messages.</param>
internal sealed class ObjectTable(string groupResource)
{
    private readonly SortedList<string, StoredVersion> _newest = new(StringComparer.Ordinal);

    public string GroupResource { get; } = groupResource;

    /// <summary>Raised after every change of the table.</summary>
    public ChangeSignal Changed { get; } = new();

    public StoredVersion? Find(string key) => _newest.TryGetValue(key, out var newest) && !newest.IsDeletion ? newest : null;

    /// <summary>The newest version whatever it is: also a deletion that compaction has not dropped yet.</summary>
    public StoredVersion? Newest(string key) => _newest.GetValueOrDefault(key);

    public void Put(StoredVersion version) => _newest[version.Key] = version;

    /// <summary>
    /// What was there at a revision, in key order, from <paramref name="start"/> on while keys begin with <paramref name="prefix"/>.
    /// </summary>
    public IEnumerable<StoredVersion> At(long revision, string prefix, string start)
    {
        for (var i = LowerBound(start); i < _newest.Count && _newest.GetKeyAtIndex(i).StartsWith(prefix, StringComparison.Ordinal); i++)
        {
            var version = _newest.GetValueAtIndex(i);
            while (version is not null && version.Revision > revision)
                version = version.Previous;
            if (version is { IsDeletion: false })
                yield return version;
        }
    }

    public void Compact()
    {
        var kept = _newest.Where(entry => !entry.Value.IsDeletion).ToArray();
        _newest.Clear();
        foreach (var (key, version) in kept)
        {
            version.Previous = null;
            _newest.Add(key, version);
        }
    }

    private int LowerBound(string key)
    {
        var (low, high) = (0, _newest.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(_newest.GetKeyAtIndex(middle), key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
