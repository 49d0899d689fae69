namespace Holdfast.Orchestrations.Tests;

/// <summary>The system's clock for the impatient: whatever somebody sets an alarm for comes at once, and the clock stands where it would have stood then.</summary>
internal sealed class HastyTime : TimeProvider
{
    private long skipped;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref skipped));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        alarm.Change(dueTime, period);
        return alarm;
    }

    private sealed class Alarm(HastyTime time, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime <= TimeSpan.Zero)
                return inner.Change(dueTime, Timeout.InfiniteTimeSpan);
            Interlocked.Add(ref time.skipped, dueTime.Ticks);
            return inner.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
