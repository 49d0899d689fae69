namespace Holdfast.TestKit.Stores;

/// <summary>A clock that stands until a test moves it.</summary>
public sealed class SettableTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
