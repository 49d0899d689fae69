namespace Holdfast.Vault.Tests.Pruning;

/// <summary>A clock that only moves when a test sets it, and whose timers are due at once: who waits looks again and again.</summary>
internal sealed class HastyTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
}
