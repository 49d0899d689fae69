using Holdfast.Functions.App;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Replication;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>What is done for replicas beside the daily run.</summary>
internal static class NewReplication
{
    /// <summary>Starts a run for the clusters that were captured since the last minute.</summary>
    public static async Task StartAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        if ((await new UnreplicatedClusters(app.Environment.Control).DueAsync(app.Time.GetUtcNow(), cancellation)).IsEmpty)
            return;
        if (await IsUnderWayAsync(app, cancellation))
            return;
        var order = new ReplicationOrder
        {
            Run = app.NewRun(),
            RequestedBy = DailyRun.Requester,
            IsAfterSeals = true,
        };
        await app.Orders.StartAsync(engine, at => new(at) { Replication = order }, cancellation);
    }

    /// <summary>Also while nothing is replicated: a service that comes back learns before its next captures that another has its
    /// clusters.</summary>
    public static async Task LookForTakeoversAsync(HoldfastApp app, CancellationToken cancellation)
    {
        foreach (var replica in app.Environment.Replicas)
            await new Fences(app.Environment.Control).UpdateAsync(
                replica.Name,
                await Takeovers.ReadAsync(replica.Store, cancellation),
                cancellation
            );
    }

    /// <summary>What it hasn't come to yet, it finds; what is sealed behind it, the next one does.</summary>
    private static async Task<bool> IsUnderWayAsync(HoldfastApp app, CancellationToken cancellation)
    {
        await foreach (var run in app.Orders.ListAsync(cancellation))
        {
            if (await app.Orders.TryFindAsync(run, cancellation) is { Replication.IsAfterSeals: true })
                return true;
        }
        return false;
    }
}
