using Holdfast.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub;

/// <summary>Fires timers: one alarm, set to the earliest that the table holds. Idle while none is set.</summary>
internal sealed class TimerLoop : IDisposable
{
    /// <summary>
    /// An alarm doesn't run while the machine is suspended: checking the clock this often bounds the delay after that.
    /// </summary>
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromMinutes(1);

    private const int MostAtOnce = 500;

    private readonly HubWriter writer;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Action<CommittedChanges> spread;
    private readonly CancellationToken stopping;
    private readonly Lock gate = new();
    private readonly ITimer alarm;
    private long armed = long.MaxValue;

    public TimerLoop(HubWriter writer, TimeProvider time, ILogger log, Action<CommittedChanges> spread, CancellationToken stopping)
    {
        (this.writer, this.time, this.log, this.spread, this.stopping) = (writer, time, log, spread, stopping);
        alarm = time.CreateTimer(_ => _ = FireAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="due">When a timer that is on disk is due, in ticks; null: none was set.</param>
    public void Arm(long? due)
    {
        lock (gate)
        {
            if (due is not { } at || at >= armed)
                return;
            armed = at;
            var wait = TimeSpan.FromTicks(Math.Clamp(at - time.GetUtcNow().UtcTicks, 0, LongestAlarm.Ticks));
            // Rounded up: an alarm counts whole milliseconds, and one that rings early only rings again.
            alarm.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => alarm.Dispose();

    private async Task FireAsync()
    {
        lock (gate)
            armed = long.MaxValue;
        try
        {
            var effects = await Retries.UntilItWorksAsync(
                () => writer.Do(tables => Fire(tables, time.GetUtcNow().UtcTicks)),
                time,
                log,
                stopping
            );
            spread(effects);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            log.LogDebug(e, "Timers are left to the next start");
        }
    }

    private static CommittedChanges Fire(HubTables tables, long now)
    {
        var effects = new CommittedChanges();
        foreach (var timer in tables.Timers.Due(now, MostAtOnce))
        {
            tables.Timers.Remove(timer);
            tables.Inbox.Add(timer.Instance, InboxRank.Arrival, timer.Generation, Messages.Fired(timer.FireAt, timer.Task, timer.FireAt));
            effects.Due.Add(timer.Instance);
        }
        effects.Timer = tables.Timers.Next();
        return effects;
    }
}
