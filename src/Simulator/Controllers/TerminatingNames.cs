using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>The objects of one cluster-scoped type that are being deleted and still there, by name.</summary>
internal sealed class TerminatingNames(ObjectTable table)
{
    private readonly HashSet<string> _names = [];

    /// <summary>A copy: what is done about one may end another.</summary>
    public string[] All => [.. _names];

    public void Observe(StoredVersion change)
    {
        if (change.Table != table)
            return;
        if (change.IsDeletion)
            _names.Remove(change.Name);
        else if (change.IsTerminating)
            _names.Add(change.Name);
    }
}
