using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Execution;

/// <summary>
/// Exceptions as the official worker reports them. None is marked as non-retriable: the caller's retry policy decides whether to try again.
/// </summary>
internal static class Failures
{
    public static P.TaskFailureDetails Of(Exception fault)
    {
        var details = new P.TaskFailureDetails
        {
            ErrorType = fault.GetType().FullName ?? fault.GetType().Name,
            ErrorMessage = fault.Message,
            StackTrace = fault.StackTrace,
        };
        if (fault.InnerException is { } inner)
            details.InnerFailure = Of(inner);
        return details;
    }
}
