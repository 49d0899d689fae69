using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>The existing objects and their owners, as of the last observed change.</summary>
internal sealed class OwnerIndex
{
    private readonly Dictionary<string, string?> namespaceOfLiving = [];
    private readonly Dictionary<(ObjectTable, string), StoredVersion> owned = [];
    private readonly Dictionary<string, HashSet<(ObjectTable, string)>> byOwner = [];

    public void Observe(StoredVersion change)
    {
        if (change.IsDeletion)
            namespaceOfLiving.Remove(change.Uid);
        else
            namespaceOfLiving[change.Uid] = change.Namespace;
        var place = (change.Table, change.Key);
        if (owned.Remove(place, out var before))
        {
            foreach (var owner in before.Owners)
                byOwner.GetValueOrDefault(owner)?.Remove(place);
        }
        if (change.IsDeletion || change.Owners.Length == 0)
            return;
        owned[place] = change;
        foreach (var owner in change.Owners)
        {
            if (!byOwner.TryGetValue(owner, out var dependents))
                byOwner.Add(owner, dependents = []);
            dependents.Add(place);
        }
    }

    /// <summary>An owner is in cluster scope or in the namespace of what it owns; elsewhere it counts as missing.</summary>
    public bool IsAlive(string owner, string? dependentNamespace) =>
        namespaceOfLiving.TryGetValue(owner, out var ns) && (ns is null || ns == dependentNamespace);

    public StoredVersion[] DependentsOf(string owner) =>
        byOwner.TryGetValue(owner, out var places) ? [.. places.Select(place => owned[place])] : [];
}
