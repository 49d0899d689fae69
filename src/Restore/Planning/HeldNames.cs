namespace Holdfast.Restore.Planning;

/// <summary>The names of all that the point holds where a rollback looks: what has none of them was created since.</summary>
internal sealed class HeldNames
{
    private readonly HashSet<(string Type, string? Namespace, string Name)> names = [];

    public void Add(string groupResource, string? ns, string name) => names.Add((groupResource, ns, name));

    public bool Has(string groupResource, string? ns, string name) => names.Contains((groupResource, ns, name));
}
