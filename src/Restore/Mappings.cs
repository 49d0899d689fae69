using System.Collections.Immutable;

namespace Holdfast.Restore;

/// <summary>
/// What the target calls otherwise than the point, beside namespaces and storage classes: what the point says, and what comes back for it.
/// Null: all stays.
/// </summary>
public sealed record Mappings
{
    /// <summary>
    /// Beginnings of image references: a registry, or with it a path (<c>docker.io/library</c>). An image without a registry is of
    /// <c>docker.io</c>.
    /// </summary>
    public ImmutableSortedDictionary<string, string>? Registries { get; init; }

    /// <summary>Hosts of ingresses, gateways, routes and certificates; <c>*.OLD</c> and <c>*.NEW</c> for all below.</summary>
    public ImmutableSortedDictionary<string, string>? Hosts { get; init; }

    /// <summary>Node labels that Pods ask for: <c>KEY</c> or <c>KEY=VALUE</c>; an empty new one leaves them out.</summary>
    public ImmutableSortedDictionary<string, string>? NodeSelectors { get; init; }

    /// <summary>Taints that Pods tolerate, likewise.</summary>
    public ImmutableSortedDictionary<string, string>? Tolerations { get; init; }

    /// <summary>Priority classes of Pods.</summary>
    public ImmutableSortedDictionary<string, string>? PriorityClasses { get; init; }

    /// <summary>
    /// What something outside the cluster is known by: whole values, where an operator or a driver has them (docs/restore.md, "Other
    /// clusters: mappings").
    /// </summary>
    public ImmutableSortedDictionary<string, string>? ExternalIds { get; init; }
}
