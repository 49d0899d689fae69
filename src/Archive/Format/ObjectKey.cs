namespace Holdfast.Archive.Format;

/// <summary>
/// Names one object of a cluster over all versions of its type. <see cref="Namespace"/> is null for a cluster-scoped one.
/// </summary>
/// <param name="GroupResource">As <see cref="ResourceType.GroupResource"/>: <c>deployments.apps</c>.</param>
public sealed record ObjectKey(string GroupResource, string? Namespace, string Name)
{
    /// <summary>As a person reads it: <c>deployments.apps/web in shop</c>.</summary>
    public override string ToString() => Namespace is null ? $"{GroupResource}/{Name}" : $"{GroupResource}/{Name} in {Namespace}";
}
