using Holdfast.TestKit.Functions.Protocol;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>
/// An invocation that the worker answered with a failure. The Durable extension takes the message apart: it has the form that the Functions
/// host gives it.
/// </summary>
public sealed class WorkerInvocationException : Exception
{
    internal WorkerInvocationException(StatusResult result)
        : base($"Result: {result.Status}\nException: {result.Exception?.Message}\nStack: {result.Exception?.StackTrace}") =>
        Failure = result.Exception;

    internal RpcException? Failure { get; }

    /// <summary>The text that the worker sent for the exception: an activity's is its TaskFailureDetails as JSON.</summary>
    public string? WorkerMessage => Failure?.Message;
}

/// <summary>
/// An invocation whose worker process ended. The Durable extension knows it by the name of its type, which is the one in the Functions
/// host.
/// </summary>
public sealed class WorkerProcessExitException(string process, int exitCode)
    : Exception($"{process} exited with code {exitCode} (0x{exitCode:X})")
{
    public int ExitCode { get; } = exitCode;
}
