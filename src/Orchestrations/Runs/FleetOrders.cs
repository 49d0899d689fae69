namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// The stored orders of fleets. The clusters of a large fleet look theirs up one after the other, so the last one is cached: an
/// order never changes. Thread-safe.
/// </summary>
internal sealed class FleetOrders(RunOrders orders)
{
    private volatile FleetOrder? last;

    public async Task<FleetOrder> ReadAsync(RunId fleet, CancellationToken cancellation)
    {
        if (last is { } kept && kept.Run == fleet)
            return kept;
        return last = await orders.FleetAsync(fleet, cancellation);
    }
}
