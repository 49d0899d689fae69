using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;

namespace Holdfast.Control.Heads;

/// <summary>Where a cluster's chain of seals ends: <c>heads/CLUSTER.json</c> of the control store.</summary>
/// <param name="Heads">Several where captures overlapped, or where one is no longer in the vault.</param>
internal sealed record ClusterHeads(ClusterName Cluster, ImmutableArray<ChainHead> Heads)
{
    public int Version => 1;

    /// <summary>Why it can't be what its path says; null: it can.</summary>
    public static string? Flaw(ClusterHeads document, ClusterName cluster) =>
        document.Cluster != cluster ? $"it is of '{document.Cluster}'"
        : document.Heads.IsDefault || document.Heads.Any(h => h.Point is null) ? "a head has no point"
        : null;
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ClusterHeads))]
internal sealed partial class HeadJson : JsonSerializerContext;
