using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Control.Infrastructure;

/// <summary>What a provider will make, decided before anything is. Holds no secret.</summary>
public sealed record NewClusterPlan
{
    public required string Provider { get; init; }
    public required ClusterName Name { get; init; }

    /// <summary>The cloud's id of the cluster; null: it has none.</summary>
    public string? ResourceId { get; init; }
    public string? Region { get; init; }

    /// <summary>Without a <c>v</c>.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>It is there already: made for the same restore before, or brought by its owner.</summary>
    public bool Exists { get; init; }

    /// <summary>How many nodes are waited for before anything is restored.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>What it is made for, as it is written on it.</summary>
    public required string Origin { get; init; }

    /// <summary>What differs from the profile's cluster, and what a person has to see to.</summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What the cloud is asked for; null: nothing.</summary>
    public JsonElement? Body { get; init; }
}

public enum NewClusterStage
{
    /// <summary>Nothing was made.</summary>
    Absent,
    Creating,

    /// <summary>Its API server can be asked for.</summary>
    Ready,

    /// <summary>The cloud gave up; making it again may help.</summary>
    Failed,
}

/// <param name="Detail">In the cloud's words: its own state, or why it failed; null: nothing to say.</param>
public sealed record NewClusterState(NewClusterStage Stage, string? Detail = null);
