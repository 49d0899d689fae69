using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>A fleet as its orchestration knows it.</summary>
/// <param name="Order">In brief, but for the clusters of a fleet of one node.</param>
/// <param name="Clusters">How many there are.</param>
internal sealed record FleetSize(FleetOrder Order, int Clusters)
{
    public int Nodes => (Clusters + CaptureSome.Most - 1) / CaptureSome.Most;
}

/// <summary>Looks up how large a fleet is. An order that came whole, from somebody who didn't keep it, is kept first: its parts look it up there. Repeated, it gives the same.</summary>
internal sealed class SettleFleet(RunOrders orders, TimeProvider time)
{
    public const string Name = nameof(SettleFleet);

    public async Task<FleetSize> RunAsync(ActivityContext context, FleetOrder order)
    {
        if (!order.IsBrief)
            await orders.KeepAsync(new(time.GetUtcNow()) { Fleet = order }, context.Cancellation);
        var whole = order.IsBrief ? (await orders.ReadAsync(order.Run, context.Cancellation)).Fleet! : order;
        return new(whole.Brief() with { Clusters = whole.Clusters.Length <= CaptureSome.Most ? whole.Clusters : [] }, whole.Clusters.Length);
    }
}
