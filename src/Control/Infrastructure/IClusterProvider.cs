using Holdfast.Archive.Format;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Infrastructure;

/// <summary>
/// Makes clusters to restore into. Each step is short and may be repeated at any time, by another process too: what was begun is found
/// again by the plan. Nothing is ever deleted. Thread-safe.
/// </summary>
public interface IClusterProvider
{
    /// <summary>As profiles and requests name it.</summary>
    string Name { get; }

    /// <summary>Decides what is to be made, and refuses what can be seen to be impossible. Changes nothing.</summary>
    /// <param name="profile">What the point's cluster ran on, or what the caller wants; null: not known.</param>
    /// <param name="origin">What the cluster is made for; one that was made for it before is used again.</param>
    /// <exception cref="NewClusterException">The request can't be met.</exception>
    /// <exception cref="CloudException">The cloud can't be asked.</exception>
    Task<NewClusterPlan> PlanAsync(
        NewClusterRequest request,
        InfrastructureProfile? profile,
        ClusterOrigin origin,
        CancellationToken cancellation
    );

    /// <summary>Has the making begun. Repeated, it begins nothing again; after a failure, it tries again.</summary>
    /// <exception cref="CloudException">The cloud refuses, or can't be asked.</exception>
    Task CreateAsync(NewClusterPlan plan, CancellationToken cancellation);

    /// <summary>How far it is.</summary>
    /// <exception cref="CloudException">The cloud can't be asked.</exception>
    Task<NewClusterState> LookAsync(NewClusterPlan plan, CancellationToken cancellation);

    /// <summary>How the cluster, once it is there, is to be registered; null: it is registered already.</summary>
    ClusterRegistration? RegistrationOf(NewClusterPlan plan);
}

/// <summary>What a new cluster is made for: a restore of this point. Written on what is made.</summary>
public sealed record ClusterOrigin(ClusterName Cluster, PointId Point)
{
    public override string ToString() => $"{Cluster}/{Point}";
}
