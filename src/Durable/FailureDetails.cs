using Wire = Holdfast.Durable.Protocol;

namespace Holdfast.Durable;

/// <summary>
/// Failures between exceptions, records and the wire. They are cut so that one with all its causes stays below <see cref="PayloadSize.Longest"/>, even of characters that JSON writes as six bytes each.
/// </summary>
internal static class FailureDetails
{
    private const int LongestMessage = 2048;
    private const int LongestCause = 384;
    private const int LongestType = 256;
    private const int LongestStack = 4096;
    private const int DeepestCause = 4;

    public static TaskFailureDetails Of(Exception fault, Func<Exception, ActivityFailedException?>? classify = null) => Of(fault, classify, depth: 0);

    /// <summary>What an engine says about a failure; it may say nothing at all, as it does of an activity that no function has.</summary>
    public static TaskFailureDetails Of(Wire.TaskFailureDetails? failure, string task) => failure is null
        ? new("UnknownFailure", $"'{task}' failed and the engine gave no reason, as it does when no function has that name.")
        : Of(failure, depth: 0);

    public static Wire.TaskFailureDetails ToWire(TaskFailureDetails failure, string? stackTrace = null)
    {
        var wire = new Wire.TaskFailureDetails
        {
            ErrorType = failure.ErrorType,
            ErrorMessage = failure.ErrorMessage,
            IsNonRetriable = failure.IsNonRetriable,
            StackTrace = Cut(stackTrace, LongestStack),
        };
        if (failure.InnerFailure is { } inner)
            wire.InnerFailure = ToWire(inner);
        return wire;
    }

    private static TaskFailureDetails Of(Exception fault, Func<Exception, ActivityFailedException?>? classify, int depth)
    {
        if (classify?.Invoke(fault) is { } known)
            return Of(known, classify: null, depth);
        var inner = fault switch
        {
            TaskFailedException task => task.FailureDetails,
            { InnerException: { } cause } when depth < DeepestCause => Of(cause, classify, depth + 1),
            _ => null,
        };
        return new(Cut(TypeOf(fault), LongestType)!, Cut(fault.Message, MessageAt(depth))!, IsNonRetriable(fault), inner is null ? null : Nested(inner, depth + 1));
    }

    private static string TypeOf(Exception fault) => fault is ActivityFailedException failed ? failed.ErrorType : fault.GetType().FullName ?? fault.GetType().Name;

    private static bool IsNonRetriable(Exception fault) => fault switch
    {
        ActivityFailedException failed => !failed.IsTransient,
        TaskFailedException task => task.FailureDetails.IsNonRetriable,
        Client.DurableClientException client => !client.IsTransient,
        TimeoutException or OperationCanceledException => false,
        _ => true,
    };

    private static TaskFailureDetails Of(Wire.TaskFailureDetails failure, int depth) => new(
        Cut(failure.ErrorType, LongestType)!,
        Cut(failure.ErrorMessage, MessageAt(depth))!,
        failure.IsNonRetriable,
        failure.InnerFailure is { } inner && depth < DeepestCause ? Of(inner, depth + 1) : null);

    /// <summary>A failure as the cause of another.</summary>
    private static TaskFailureDetails? Nested(TaskFailureDetails cause, int depth) => depth > DeepestCause ? null : cause with
    {
        ErrorMessage = Cut(cause.ErrorMessage, LongestCause)!,
        InnerFailure = cause.InnerFailure is { } inner ? Nested(inner, depth + 1) : null,
    };

    private static int MessageAt(int depth) => depth == 0 ? LongestMessage : LongestCause;

    private static string? Cut(string? text, int longest)
    {
        if (text is null || text.Length <= longest)
            return text;
        var kept = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return string.Concat(text.AsSpan(0, kept), "… (cut)");
    }
}
