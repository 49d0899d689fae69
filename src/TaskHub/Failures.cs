using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub;

/// <summary>
/// Exceptions as the official worker reports them. None of them is marked as not to be retried: whether another attempt may help is for
/// the caller's retry policy to say.
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
