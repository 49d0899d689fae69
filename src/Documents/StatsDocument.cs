using System.Text.Json.Serialization;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Space;

namespace Holdfast.Documents;

/// <summary>What a cluster's points take in a vault. Bytes throughout. Fields may be added, never renamed or removed.</summary>
public sealed record StatsDocument
{
    public required string Cluster { get; init; }

    /// <summary>Unexpired ones that were counted.</summary>
    public required int Points { get; init; }

    /// <summary>Of all points, each counted whole: what they would take raw.</summary>
    public required long PointBytes { get; init; }

    /// <summary>Of each content once, however many points name it.</summary>
    public required Content Content { get; init; }

    /// <summary>The part of it that more than one point names.</summary>
    public required Content Shared { get; init; }

    /// <summary>All packs in the store.</summary>
    public required PackTotal Packs { get; init; }

    /// <summary>The largest first.</summary>
    public required IEnumerable<SpaceShare> Types { get; init; }

    /// <summary>The largest first; the name of cluster scope is empty.</summary>
    public required IEnumerable<SpaceShare> Namespaces { get; init; }

    /// <summary>What was added by day, oldest first.</summary>
    public required IEnumerable<DayOfGrowth> Growth { get; init; }

    /// <summary>What retention and pruning will free; left out where that can't be decided.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FreedDocument? Freed { get; init; }

    /// <summary>What isn't counted, and why.</summary>
    public required IEnumerable<string> Notes { get; init; }

    public static StatsDocument Of(ClusterSpace space, PrunePlan? plan, IEnumerable<string> notes) =>
        new()
        {
            Cluster = space.Cluster.ToString(),
            Points = space.Points,
            PointBytes = space.PointBytes,
            Content = space.Content,
            Shared = space.Shared,
            Packs = space.Packs,
            Types = space.Types,
            Namespaces = space.Namespaces,
            Growth = space.Growth,
            Freed = plan is null ? null : new(plan.Expire.Length, plan.Purged, plan.Expired, plan.Waiting),
            Notes = [.. space.Unread, .. notes],
        };
}

/// <param name="Expiring">Points that no retention rule keeps.</param>
/// <param name="Now">Packs that would be purged now.</param>
/// <param name="AfterGrace">Packs that only expired or expiring points need: purged seven days after these expire.</param>
/// <param name="Waiting">Packs that nothing needs, and that are too young or immutable yet.</param>
public sealed record FreedDocument(int Expiring, PackTotal Now, PackTotal AfterGrace, PackTotal Waiting);
