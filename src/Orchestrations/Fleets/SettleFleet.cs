using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>A fleet as its orchestration knows it.</summary>
/// <param name="Order">In brief, but for the clusters of a fleet of one node.</param>
/// <param name="Clusters">How many there are.</param>
internal sealed record FleetSize(FleetOrder Order, int Clusters)
{
    public int Nodes => (Clusters + CaptureSome.Most - 1) / CaptureSome.Most;
}

/// <summary>
/// Looks up how large a fleet is. An order that came whole, from somebody who didn't keep it, is kept first: its parts look it up there.
/// Repeated, it gives the same.
/// </summary>
internal sealed class SettleFleet(RunWorkspace workspace) : RunActivity<FleetOrder, FleetSize>(workspace)
{
    public const string Name = nameof(SettleFleet);

    protected override async Task<FleetSize> DoAsync(FleetOrder order, CancellationToken cancellation)
    {
        if (!order.IsBrief)
            await Workspace.Orders.KeepAsync(new(Workspace.Environment.Time.GetUtcNow()) { Fleet = order }, cancellation);
        var whole = order.IsBrief ? await Workspace.Orders.FleetAsync(order.Run, cancellation) : order;
        return new(
            whole.Brief() with
            {
                Clusters = whole.Clusters.Length <= CaptureSome.Most ? whole.Clusters : [],
            },
            whole.Clusters.Length
        );
    }
}
