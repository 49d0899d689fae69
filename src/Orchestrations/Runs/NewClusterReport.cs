using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Infrastructure;

namespace Holdfast.Orchestrations.Runs;

/// <summary>The cluster that a restore made for itself, or was to.</summary>
public sealed record NewClusterReport
{
    public required ClusterName Name { get; init; }

    /// <summary>Null: nothing was decided.</summary>
    public string? Provider { get; init; }

    /// <summary>The cloud's id of it.</summary>
    public string? ResourceId { get; init; }
    public string? Region { get; init; }
    public string? KubernetesVersion { get; init; }

    /// <summary>What is there now that the run has ended; null: it couldn't be found out.</summary>
    public NewClusterStage? Stage { get; init; }

    /// <summary>In the cloud's words.</summary>
    public string? Detail { get; init; }

    /// <summary>It was there before: made by an earlier attempt, or brought by its owner.</summary>
    public bool Existed { get; init; }

    /// <summary>It is registered under its name.</summary>
    public bool Registered { get; init; }

    /// <summary>Nodes that took pods when the restore began; null: it didn't begin.</summary>
    public int? Nodes { get; init; }

    /// <summary>What was decided of its plan before it was made; null: no one was asked.</summary>
    public Approval? Approval { get; init; }

    /// <summary>What differs from the point's cluster, and what a person has to see to.</summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}
