namespace Holdfast.Cli.Diagnosing;

internal enum FindingState
{
    Ok,

    /// <summary>It works, and should be looked at.</summary>
    Warning,

    /// <summary>Something that verbs need doesn't work.</summary>
    Error,
}

/// <summary>What one check found, for a person.</summary>
/// <param name="Next">What to do; null: nothing.</param>
internal sealed record Finding(FindingState State, string Message, string? Next = null)
{
    public static Finding Ok(string message) => new(FindingState.Ok, message);

    public static Finding Warning(string message, string next) => new(FindingState.Warning, message, next);

    public static Finding Error(string message, string next) => new(FindingState.Error, message, next);
}
