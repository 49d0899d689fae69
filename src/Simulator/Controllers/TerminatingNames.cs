using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>The objects of one cluster-scoped type that are being deleted, by name.</summary>
internal sealed class TerminatingNames(ObjectTable table)
{
    private readonly HashSet<string> names = [];

    /// <summary>A copy, since handling one may end another.</summary>
    public string[] All => [.. names];

    public void Observe(StoredVersion change)
    {
        if (change.Table != table)
            return;
        if (change.IsDeletion)
            names.Remove(change.Name);
        else if (change.IsTerminating)
            names.Add(change.Name);
    }
}
