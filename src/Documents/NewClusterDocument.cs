using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;

namespace Holdfast.Documents;

/// <summary>Which cluster a restore makes for itself. Holds no secret. Fields may be added, never renamed or removed.</summary>
public sealed record NewClusterDocument
{
    /// <summary>What an approval of it must name; left out where no one is asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentDigest? Digest { get; init; }
    public required ClusterName Name { get; init; }
    public required string Provider { get; init; }

    /// <summary>The cloud's id of it; null: it has none.</summary>
    public required string? ResourceId { get; init; }
    public required string? Region { get; init; }
    public required string? KubernetesVersion { get; init; }

    /// <summary>It is there already, made for the same point before, or brought by its owner: nothing is made.</summary>
    public required bool Exists { get; init; }

    /// <summary>How many are waited for before anything is restored.</summary>
    public required int Nodes { get; init; }

    /// <summary>What can't be as it was, and why, and what a person has to see to.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>What the cloud is asked for: pools, network, identities; null: nothing.</summary>
    public required JsonElement? Body { get; init; }

    public static NewClusterDocument Of(NewClusterPlan plan) =>
        new()
        {
            Name = plan.Name,
            Provider = plan.Provider,
            ResourceId = plan.ResourceId,
            Region = plan.Region,
            KubernetesVersion = plan.KubernetesVersion,
            Exists = plan.Exists,
            Nodes = plan.Nodes,
            Notes = plan.Notes,
            Body = plan.Body,
        };
}
