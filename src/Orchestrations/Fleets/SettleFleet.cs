using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Protection.Control;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>Looks up what the schedule has settled on for a run.</summary>
internal sealed class SettleFleet(IDocumentStore control)
{
    public const string Name = nameof(SettleFleet);

    public async Task<FleetOrder> RunAsync(ActivityContext context, FleetOrder order)
    {
        var (runs, _) = order.Policy is { } policy ? await PolicyRuns.FindAsync(control, policy, context.Cancellation) : (null, null);
        return runs?.Open.FirstOrDefault(o => o.Run == order.Run)
            ?? throw new ActivityFailedException($"{RunFailures.Run}/Unsettled", $"the schedule knows no run {order.Run}: it took more than a day to begin, or its policy is gone", isTransient: false);
    }
}
