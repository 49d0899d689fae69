using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Functions.App;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>Has notifications delivered by the engine: no timer waits for a receiver.</summary>
internal static class NewNotifications
{
    /// <summary>In minutes: activities are bounded in time and tried three times.</summary>
    private const int LongestDelivery = 20;

    /// <summary>Where there is nothing to do, two listings are all that it costs.</summary>
    public static async Task StartAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        var now = app.Time.GetUtcNow();
        var order = new NotifyOrder(new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero));
        if (!await IsNeededAsync(app.Environment.Control, order, cancellation) || await IsUnderWayAsync(engine, order, cancellation))
            return;
        var options = new StartOrchestrationOptions(order.InstanceId);
        await engine.ScheduleNewOrchestrationInstanceAsync(Orchestrators.Notify, order, options, cancellation);
    }

    /// <summary>What health says of it.</summary>
    public static async Task LookAsync(HoldfastApp app, CancellationToken cancellation)
    {
        var states = new List<(string, DeliveryState)>();
        foreach (var kept in await new ControlDocuments(app.Environment.Control).AllNotificationsAsync(cancellation))
            states.Add((kept.Name, await DeliveryState.ReadAsync(app.Environment.Control, kept.Name, cancellation)));
        app.Warnings.Delivered(states);
    }

    private static async Task<bool> IsNeededAsync(IDocumentStore control, NotifyOrder order, CancellationToken cancellation) =>
        await AnyAsync(control, ControlPaths.Notices, cancellation)
        || await AnyAsync(control, ControlPaths.Outbox, cancellation)
        || (order.Looks && await AnyAsync(control, ControlPaths.Notifications, cancellation));

    private static async Task<bool> AnyAsync(IDocumentStore control, string folder, CancellationToken cancellation) =>
        await control.ListAsync(folder, null, cancellation).AnyAsync(cancellation);

    /// <summary>This minute's, or an earlier one that still measures or waits for receivers: two would send the same.</summary>
    private static async Task<bool> IsUnderWayAsync(DurableTaskClient engine, NotifyOrder order, CancellationToken cancellation)
    {
        if (await engine.GetInstanceAsync(order.InstanceId, cancellation) is not null)
            return true;
        for (var minutes = 1; minutes <= LongestDelivery; minutes++)
        {
            var earlier = new NotifyOrder(order.Now.AddMinutes(-minutes));
            if (await engine.GetInstanceAsync(earlier.InstanceId, cancellation) is { IsCompleted: false })
                return true;
        }
        return false;
    }
}
