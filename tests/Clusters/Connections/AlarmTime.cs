namespace Holdfast.Clusters.Tests.Connections;

/// <summary>A clock that stands until the test moves it; its timers go off then, in the caller's thread.</summary>
internal sealed class AlarmTime : TimeProvider
{
    private readonly List<Alarm> alarms = [];
    private long now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        alarms.Add(alarm);
        return alarm;
    }

    public void Advance(TimeSpan by)
    {
        now += by.Ticks;
        foreach (var alarm in alarms.ToArray())
            alarm.RingIfDue();
    }

    private sealed class Alarm(AlarmTime time, Action ring) : ITimer
    {
        private long? due;

        /// <summary>Periods are for others: what is tested here rings once.</summary>
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            due = dueTime == Timeout.InfiniteTimeSpan ? null : time.now + dueTime.Ticks;
            return true;
        }

        public void RingIfDue()
        {
            if (due is not { } moment || time.now < moment)
                return;
            due = null;
            ring();
        }

        public void Dispose() => due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
