namespace Holdfast.Restore.Readiness;

internal enum ReadyKind
{
    /// <summary>It does what it is there for.</summary>
    Ready,

    /// <summary>It may become ready.</summary>
    Waiting,

    /// <summary>
    /// Nothing will make it ready as it is now: paused, suspended, scaled to zero, or ready only once something else uses it.
    /// </summary>
    NotAwaited,

    /// <summary>Time alone will not make it ready.</summary>
    Failed,
}

/// <summary>What a live object says of its readiness.</summary>
/// <param name="Reason">Why it isn't ready, in the object's own words where it has some. Null: it is ready, or isn't awaited.</param>
internal sealed record ReadyState(ReadyKind Kind, string? Reason = null)
{
    public static ReadyState Ready { get; } = new(ReadyKind.Ready);

    public static ReadyState NotAwaited { get; } = new(ReadyKind.NotAwaited);

    public static ReadyState Waiting(string reason) => new(ReadyKind.Waiting, reason);

    public static ReadyState Failed(string reason) => new(ReadyKind.Failed, reason);
}
