using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Targets;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>
/// Someone made the cluster, wherever, and registered it. That it is empty is checked before anything is restored into it.
/// </summary>
internal sealed class RegisteredClusterProvider(OpenCluster open) : IClusterProvider
{
    public string Name => NewClusterRequest.Registered;

    public async Task<NewClusterPlan> PlanAsync(
        NewClusterRequest request,
        InfrastructureProfile? profile,
        ClusterOrigin origin,
        CancellationToken cancellation
    )
    {
        var chosen = new[]
        {
            (nameof(request.Region), request.Region),
            (nameof(request.Subscription), request.Subscription),
            (nameof(request.ResourceGroup), request.ResourceGroup),
            (nameof(request.KubernetesVersion), request.KubernetesVersion),
        };
        if (chosen.Where(c => c.Item2 is not null).Select(c => c.Item1).ToArray() is { Length: > 0 } given)
            throw new NewClusterException(
                $"the cluster '{request.Name}' is there already",
                [$"leave out what can't be chosen of it: {string.Join(", ", given)}"]
            );
        var cluster = await open(request.Name, cancellation);
        var identity = await ClusterIdentity.ReadAsync(cluster, cancellation);
        if (await NewTarget.FindOccupantAsync(cluster, cancellation) is { } occupant)
            throw new NewClusterException(
                $"the registered cluster '{request.Name}' isn't empty",
                [$"it has {occupant}: empty it or register another. To restore into a cluster in use, name it as the target"]
            );
        return new()
        {
            Provider = NewClusterRequest.Registered,
            Name = request.Name,
            KubernetesVersion = identity.ServerVersion.TrimStart('v'),
            Exists = true,
            Origin = origin.ToString(),
        };
    }

    public Task CreateAsync(NewClusterPlan plan, CancellationToken cancellation) => Task.CompletedTask;

    public Task<NewClusterState> LookAsync(NewClusterPlan plan, CancellationToken cancellation) =>
        Task.FromResult(new NewClusterState(NewClusterStage.Ready));

    public ClusterRegistration? RegistrationOf(NewClusterPlan plan) => null;
}
