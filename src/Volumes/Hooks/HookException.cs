namespace Holdfast.Volumes.Hooks;

/// <summary>Why what was cut between hooks doesn't count.</summary>
public enum HookFailure
{
    /// <summary>The cut took longer than applications may be stopped for.</summary>
    TooSlow,

    /// <summary>Another attempt of the same capture resumed the applications meanwhile.</summary>
    TakenOver,
}

/// <summary>A cut that isn't consistent, though no hook and no snapshot need have failed. Another attempt may succeed.</summary>
public sealed class HookException(HookFailure failure, string message) : Exception(message)
{
    public HookFailure Failure { get; } = failure;
}
