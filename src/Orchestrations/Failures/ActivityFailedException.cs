using Holdfast.Machine.Terminals;

namespace Holdfast.Orchestrations.Failures;

/// <summary>
/// How an activity fails. Engines carry an exception's message and little else, so the message has the failure: <c>SIDE/CODE: TEXT</c>, or
/// <c>SIDE/CODE (transient): TEXT</c> where trying again may help.
/// </summary>
public sealed class ActivityFailedException : Exception
{
    /// <summary>Characters of a message; what is longer is cut, since histories keep it.</summary>
    private const int LongestMessage = 2048;

    private const string TransientMark = " (transient)";

    internal ActivityFailedException(Failure failure)
        : base(
            $"{FailureSides.NameOf(failure.Side)}/{failure.Code}{(failure.IsTransient ? TransientMark : "")}: "
                + $"{CutText.To(LongestMessage, failure.Message)}",
            failure.Cause
        ) => Failure = failure;

    public Failure Failure { get; }

    /// <summary>The process stopped while the activity ran. Whoever takes the work up finds what was done.</summary>
    internal static ActivityFailedException Interrupted(string activity, Exception fault) =>
        new(
            new(FailureSide.Cloud, FailureCode.Interrupted, $"the process stopped while '{activity}' ran")
            {
                IsTransient = true,
                Cause = fault,
            }
        );

    /// <returns>Null: not the message of such an exception.</returns>
    internal static Failure? TryRead(string? message)
    {
        var end = message?.IndexOf(": ", StringComparison.Ordinal) ?? -1;
        if (end < 0)
            return null;
        var (head, text) = (message![..end], message[(end + 2)..]);
        var isTransient = head.EndsWith(TransientMark, StringComparison.Ordinal);
        if (isTransient)
            head = head[..^TransientMark.Length];
        var slash = head.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && FailureSides.Find(head[..slash]) is { } side
            ? Failure.Of(side, head[(slash + 1)..], text) with
            {
                IsTransient = isTransient,
            }
            : null;
    }
}
