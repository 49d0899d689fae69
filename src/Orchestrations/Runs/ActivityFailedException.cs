namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// How an activity fails. Engines carry an exception's message and little else, so the message has all of it: <c>SIDE/REASON: TEXT</c>, or
/// <c>SIDE/REASON (transient): TEXT</c> where trying again may help. The inner exception is the original one, for whoever runs activities
/// in the same process.
/// </summary>
public sealed class ActivityFailedException : Exception
{
    /// <summary>Characters of a message; what is longer is cut, since histories keep it.</summary>
    private const int LongestMessage = 2048;

    private const string TransientMark = " (transient)";

    /// <param name="text">Holds no secret.</param>
    internal ActivityFailedException(string side, string reason, string text, bool isTransient, Exception? inner = null)
        : base($"{side}/{reason}{(isTransient ? TransientMark : "")}: {RunResult.Cut(text, LongestMessage)}", inner) =>
        (Side, Reason, Text, IsTransient) = (side, reason, text, isTransient);

    /// <inheritdoc cref="RunFailure.Side"/>
    public string Side { get; }

    /// <inheritdoc cref="RunFailure.Reason"/>
    public string Reason { get; }

    /// <summary>The message without side and reason.</summary>
    public string Text { get; }

    /// <summary>Trying again may help.</summary>
    public bool IsTransient { get; }

    internal static ActivityFailedException Of(Exception fault) => fault as ActivityFailedException ?? RunFailures.Classify(fault);

    /// <summary>The process stopped while the activity ran. Whoever takes the work up finds what was done.</summary>
    internal static ActivityFailedException Interrupted(string activity, Exception fault) =>
        new(RunFailures.Run, "Interrupted", $"the process stopped while '{activity}' ran", isTransient: true, fault);

    /// <returns>Null: not the message of such an exception.</returns>
    internal static ActivityFailedException? TryRead(string? message)
    {
        var end = message?.IndexOf(": ", StringComparison.Ordinal) ?? -1;
        if (end < 0)
            return null;
        var (code, text) = (message![..end], message[(end + 2)..]);
        var isTransient = code.EndsWith(TransientMark, StringComparison.Ordinal);
        if (isTransient)
            code = code[..^TransientMark.Length];
        var slash = code.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && RunFailures.IsSide(code[..slash]) ? new(code[..slash], code[(slash + 1)..], text, isTransient) : null;
    }
}
