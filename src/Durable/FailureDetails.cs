using Wire = Holdfast.Durable.Protocol;

namespace Holdfast.Durable;

/// <summary>Failures between exceptions, records and the wire.</summary>
internal static class FailureDetails
{
    private const int LongestText = 8192;
    private const int DeepestCause = 8;

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
            StackTrace = Cut(stackTrace),
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
        return new(TypeOf(fault), Cut(fault.Message)!, IsNonRetriable(fault), inner);
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
        failure.ErrorType,
        failure.ErrorMessage,
        failure.IsNonRetriable,
        failure.InnerFailure is { } inner && depth < DeepestCause ? Of(inner, depth + 1) : null);

    private static string? Cut(string? text)
    {
        if (text is not { Length: > LongestText })
            return text;
        var kept = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return string.Concat(text.AsSpan(0, kept), "… (cut)");
    }
}
