using System.Collections.Immutable;

namespace Holdfast.Restore;

/// <summary>What an isolated clone is kept from.</summary>
public enum ClonePart
{
    /// <summary>CronJobs and Jobs come back suspended.</summary>
    Jobs,

    /// <summary>Services get no address outside the cluster.</summary>
    LoadBalancers,

    /// <summary>Hosts that no mapping names are left out.</summary>
    Hosts,

    /// <summary>A network policy lets Pods talk only to the DNS and to each other.</summary>
    Egress,
}

/// <summary>
/// Namespaces that a plan makes beside their source, in the cluster that was captured, and what keeps them from acting in its place
/// (docs/restore.md, "Clones").
/// </summary>
public sealed record CloneIsolation
{
    /// <summary>As they are called in the target.</summary>
    public required ImmutableArray<string> Namespaces { get; init; }

    /// <summary>What isn't isolated, as it was asked.</summary>
    public ImmutableArray<ClonePart> Kept { get; init; } = [];

    /// <summary>How many objects come back otherwise, or not at all.</summary>
    public ImmutableArray<CloneCount> Changed { get; init; } = [];
}

/// <param name="Objects">Those that the plan changes or leaves out.</param>
public sealed record CloneCount(ClonePart Part, int Objects);
