namespace Holdfast.Durable;

/// <summary>An activity or sub-orchestration failed. The details are what its side said; a missing detail is filled with what is known.</summary>
public sealed class TaskFailedException : Exception
{
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base($"'{taskName}' (task {taskId}) failed: {failureDetails.ErrorType}: {failureDetails.ErrorMessage}")
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    public string TaskName { get; }
    public int TaskId { get; }
    public TaskFailureDetails FailureDetails { get; }
}

/// <param name="ErrorType">The full name of an exception's type, or a reason's name.</param>
/// <param name="IsNonRetriable">Trying again can't help.</param>
public sealed record TaskFailureDetails(string ErrorType, string ErrorMessage, bool IsNonRetriable = false, TaskFailureDetails? InnerFailure = null);

/// <summary>An activity throws this for a failure that its caller is to decide on: it travels as type, message and whether trying again may help.</summary>
public sealed class ActivityFailedException : Exception
{
    public ActivityFailedException(string errorType, string message, bool isTransient, Exception? inner = null) : base(message, inner)
    {
        ErrorType = errorType;
        IsTransient = isTransient;
    }

    public string ErrorType { get; }
    public bool IsTransient { get; }
}
