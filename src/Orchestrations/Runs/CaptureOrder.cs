using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Captures one cluster.</summary>
public sealed record CaptureOrder : CaptureOrderRef
{
    /// <summary>With the policy and the registration that the run was ordered under.</summary>
    public required CaptureRequest Request { get; init; }
}

/// <summary>Captures several clusters, each for itself: what one does never delays or fails another.</summary>
public sealed record FleetOrder : FleetOrderRef
{
    /// <summary>What is asked of each cluster, with the policy that the run was ordered under.</summary>
    public required CaptureRequest Request { get; init; }

    public required ImmutableArray<ClusterName> Clusters { get; init; }

    /// <summary>Clusters that are left out, since the policy's last capture of them is still running.</summary>
    public ImmutableArray<ClusterName> Busy
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Clusters that should be captured and can't be: the report has each of them as failed.</summary>
    public ImmutableArray<UnusableCluster> Unusable
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>The clusters' registrations as they were when the run was ordered, by name.</summary>
    public ImmutableDictionary<string, JsonElement> Registrations
    {
        get => field ?? ImmutableDictionary<string, JsonElement>.Empty;
        init;
    }

    /// <summary>What a policy asks for of these clusters, as it and their registrations are now.</summary>
    /// <param name="now">From when immutability counts.</param>
    public static FleetOrder Under(
        ProtectionPolicy policy,
        IReadOnlyCollection<ClusterRegistration> clusters,
        RunId run,
        string requestedBy,
        DateTimeOffset now
    ) =>
        Of(CaptureRequest.Under(policy, now), clusters, run, requestedBy) with
        {
            Policy = policy.Name.ToString(),
            Units = policy.Concurrency.Units,
            Concurrency = policy.Concurrency.Clusters,
        };

    /// <summary>A request for these clusters, as their registrations are now.</summary>
    public static FleetOrder Of(CaptureRequest request, IReadOnlyCollection<ClusterRegistration> clusters, RunId run, string requestedBy) =>
        new()
        {
            Run = run,
            RequestedBy = requestedBy,
            Request = request,
            Clusters = [.. clusters.Select(c => c.Name)],
            Registrations = clusters.ToImmutableDictionary(c => c.Name.ToString(), c => c.ToElement()),
        };

    /// <summary>What is asked of one of the clusters.</summary>
    public CaptureRequest RequestFor(ClusterName cluster) =>
        Request with
        {
            Registration = Registrations.TryGetValue(cluster.ToString(), out var registration) ? registration : null,
        };

    /// <summary>Captures one of the clusters as a run of its own, under this run's id.</summary>
    public CaptureOrder Alone(ClusterName cluster) =>
        new()
        {
            Run = Run,
            Cluster = cluster,
            RequestedBy = RequestedBy,
            Policy = Policy,
            Units = Units,
            Attempts = Attempts,
            Request = RequestFor(cluster),
        };
}
