using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Who lives, and who is owned by whom, as of the last change observed.</summary>
internal sealed class OwnerIndex
{
    private readonly Dictionary<string, string?> _namespaceOfLiving = [];
    private readonly Dictionary<(ObjectTable, string), StoredVersion> _owned = [];
    private readonly Dictionary<string, HashSet<(ObjectTable, string)>> _dependents = [];

    public void Observe(StoredVersion change)
    {
        if (change.IsDeletion)
            _namespaceOfLiving.Remove(change.Uid);
        else
            _namespaceOfLiving[change.Uid] = change.Namespace;
        var place = (change.Table, change.Key);
        if (_owned.Remove(place, out var before))
        {
            foreach (var owner in before.Owners)
                _dependents.GetValueOrDefault(owner)?.Remove(place);
        }
        if (change.IsDeletion || change.Owners.Length == 0)
            return;
        _owned[place] = change;
        foreach (var owner in change.Owners)
        {
            if (!_dependents.TryGetValue(owner, out var dependents))
                _dependents.Add(owner, dependents = []);
            dependents.Add(place);
        }
    }

    /// <summary>An owner is in cluster scope or in the namespace of what it owns; anywhere else it counts as absent.</summary>
    public bool IsAlive(string owner, string? dependentNamespace) =>
        _namespaceOfLiving.TryGetValue(owner, out var ns) && (ns is null || ns == dependentNamespace);

    public StoredVersion[] DependentsOf(string owner) =>
        _dependents.TryGetValue(owner, out var places) ? [.. places.Select(place => _owned[place])] : [];
}
