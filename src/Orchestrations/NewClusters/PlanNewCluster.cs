using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Control.Documents;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Activities;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>What an orchestration must know of a planned cluster.</summary>
/// <param name="ResourceId">Null: the cloud knows it by none.</param>
internal sealed record NewClusterPlanned(string? ResourceId, bool Exists, int Nodes)
{
    /// <summary>What an approval must name; null: planned by an earlier release.</summary>
    public ContentDigest? Digest { get; init; }
}

/// <summary>
/// Decides which cluster is made, from the point's infrastructure profile or the request's. Changes nothing outside of the run's folder.
/// Repeated, it gives the same plan.
/// </summary>
internal sealed class PlanNewCluster(NewClusterRuns clusters) : RunActivity<NewClusterSubject, NewClusterPlanned>(clusters.Records)
{
    public const string Name = nameof(PlanNewCluster);

    protected override Task<NewClusterPlanned> DoAsync(NewClusterSubject subject, CancellationToken cancellation) =>
        Records.Stops.UnlessRequestedAsync(
            subject.Run,
            async stop =>
            {
                var plan = await clusters.FindPlanAsync(subject.Run, stop) ?? await PlanAsync(subject, stop);
                return new NewClusterPlanned(plan.ResourceId, plan.Exists, plan.Nodes) { Digest = KeptNewCluster.DigestOf(plan) };
            },
            cancellation
        );

    private async Task<NewClusterPlan> PlanAsync(NewClusterSubject subject, CancellationToken cancellation)
    {
        var order = (await Records.Orders.ReadAsync(subject.Run, cancellation)).Restore;
        if (order is not { NewCluster: { } wanted, Request: { } restore })
            throw new RestoreException(
                RestoreRefusal.BadRequest,
                "the order doesn't say which cluster to make, or what to restore into it"
            );
        var profile = await ProfileAsync(wanted, restore, cancellation);
        var plan = await ProviderOf(wanted, profile).PlanAsync(wanted, profile, new(restore.Cluster, restore.Point), cancellation);
        await RequireNameAsync(plan, cancellation);
        return await clusters.KeepAsync(subject.Run, plan, cancellation);
    }

    private async Task<InfrastructureProfile?> ProfileAsync(
        NewClusterRequest wanted,
        RestoreRequest restore,
        CancellationToken cancellation
    )
    {
        if (wanted.Infrastructure is { } given)
            return InfrastructureDocument.ReadPlain(given, "the infrastructure profile of the request");
        if (wanted.Provider == NewClusterRequest.Registered)
            return null;
        var point = await RecoveryPointReader.OpenAsync(
            Records.Environment.Vault,
            restore.Cluster,
            restore.Point,
            Records.Environment.Trust,
            cancellation
        );
        return await point.ReadInfrastructureAsync(cancellation);
    }

    private IClusterProvider ProviderOf(NewClusterRequest wanted, InfrastructureProfile? profile)
    {
        var name = wanted.Provider ?? profile?.Provider;
        if (name is null)
            throw new NewClusterException(
                $"the cluster '{wanted.Name}' can't be made",
                [
                    "the point doesn't say what its cluster ran on: give a profile (infrastructure), or name an empty cluster that is "
                        + $"registered (provider {NewClusterRequest.Registered})",
                ]
            );
        return clusters.FindProvider(name)
            ?? throw new NewClusterException(
                $"the cluster '{wanted.Name}' can't be made",
                [$"nothing here makes clusters of the provider '{name}'"]
            );
    }

    /// <summary>A name that is registered for another cluster would let the restore write there.</summary>
    private async Task RequireNameAsync(NewClusterPlan plan, CancellationToken cancellation)
    {
        if (clusters.ProviderOf(plan).RegistrationOf(plan) is not { } registration)
            return;
        var kept = await new ControlDocuments(Records.Environment.Control).ReadClusterAsync(plan.Name, cancellation);
        if (kept is not null && kept.Document?.Azure != registration.Azure)
            throw new NewClusterException(
                $"a cluster '{plan.Name}' is registered already",
                ["it isn't the one that is to be made: choose another name"]
            );
    }
}
