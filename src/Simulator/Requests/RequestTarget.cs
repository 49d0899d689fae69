using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Requests;

/// <summary>What a path under <c>/api</c> or <c>/apis</c> names.</summary>
/// <param name="Name">Null: the collection.</param>
/// <param name="Subresource">Empty for the object itself.</param>
internal sealed record RequestTarget(string Group, string Version, string Resource, string? Namespace, string? Name, string Subresource)
{
    /// <returns>Null: the path isn't an object's or a collection's (discovery, for example).</returns>
    public static RequestTarget? Parse(string[] segments)
    {
        var (group, version, rest) = segments switch
        {
            ["api", var v, .. var tail] => ("", v, tail),
            ["apis", var g, var v, .. var tail] => (g, v, tail),
            _ => ("", "", []),
        };
        return rest switch
        {
            ["namespaces", var ns, var resource] when !IsOfNamespace(resource) => new(group, version, resource, ns, null, ""),
            ["namespaces", var ns, var resource, var name] => new(group, version, resource, ns, name, ""),
            ["namespaces", var ns, var resource, var name, var subresource] => new(group, version, resource, ns, name, subresource),
            [var resource] => new(group, version, resource, null, null, ""),
            [var resource, var name] => new(group, version, resource, null, name, ""),
            [var resource, var name, var subresource] => new(group, version, resource, null, name, subresource),
            _ => null,
        };
    }

    /// <summary>The path's scope matches the type's.</summary>
    public bool Fits(ServedType type) => type.Namespaced ? Namespace is not null || Name is null : Namespace is null;

    private static bool IsOfNamespace(string segment) => segment is "status" or "finalize";
}
