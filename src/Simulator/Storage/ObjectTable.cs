namespace Holdfast.Simulator.Storage;

/// <summary>The objects of one stored type, by key. The store's lock guards it.</summary>
/// <param name="groupResource"><c>deployments.apps</c>, for messages.</param>
internal sealed class ObjectTable(string groupResource)
{
    private readonly SortedList<string, StoredVersion> byKey = new(StringComparer.Ordinal);

    public string GroupResource { get; } = groupResource;

    /// <summary>Raised after every change of the table.</summary>
    public ChangeSignal Changed { get; } = new();

    public StoredVersion? Find(string key) => byKey.TryGetValue(key, out var newest) && !newest.IsDeletion ? newest : null;

    /// <summary>The newest version, including a deletion that isn't compacted yet.</summary>
    public StoredVersion? Newest(string key) => byKey.GetValueOrDefault(key);

    public void Put(StoredVersion version) => byKey[version.Key] = version;

    /// <summary>
    /// The objects at a revision, in key order, from <paramref name="start"/> on, with keys that begin with <paramref name="prefix"/>.
    /// </summary>
    public IEnumerable<StoredVersion> At(long revision, string prefix, string start)
    {
        for (var i = LowerBound(start); i < byKey.Count && byKey.GetKeyAtIndex(i).StartsWith(prefix, StringComparison.Ordinal); i++)
        {
            var version = byKey.GetValueAtIndex(i);
            while (version is not null && version.Revision > revision)
                version = version.Previous;
            if (version is { IsDeletion: false })
                yield return version;
        }
    }

    public void Compact()
    {
        var kept = byKey.Where(entry => !entry.Value.IsDeletion).ToArray();
        byKey.Clear();
        foreach (var (key, version) in kept)
        {
            version.Previous = null;
            byKey.Add(key, version);
        }
    }

    private int LowerBound(string key)
    {
        var (low, high) = (0, byKey.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(byKey.GetKeyAtIndex(middle), key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
