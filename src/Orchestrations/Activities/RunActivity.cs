using System.Diagnostics;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Activities;

/// <summary>
/// An activity of Holdfast. Engines may run it twice at once (a host that dies leaves its worker process behind), and again after a crash:
/// it must be idempotent. Its failures reach the orchestrator as <see cref="ActivityFailedException"/>; every other failure that an
/// orchestrator sees is the engine's.
/// </summary>
internal abstract class RunActivity<TInput, TOutput>(RunRecords records) : TaskActivity<TInput, TOutput>
{
    protected RunRecords Records => records;

    public sealed override async Task<TOutput> RunAsync(TaskActivityContext context, TInput input)
    {
        using var span = RunTrace.Begin(context.Name.Name, context.InstanceId);
        var stopping = records.Environment.Stopping;
        try
        {
            return await DoAsync(input, stopping);
        }
        catch (Exception fault)
        {
            span?.SetStatus(ActivityStatusCode.Error, fault.GetType().Name);
            if (fault is OperationCanceledException && stopping.IsCancellationRequested)
                throw ActivityFailedException.Interrupted(context.Name.Name, fault);
            var failure = Failure.Of(fault);
            // an engine carries the message only: the stack of a bug would be lost
            if (failure.Side == FailureSide.Bug)
                RunActivityLog.Bug(records.Environment.Log, fault, context.Name.Name, context.InstanceId);
            throw fault as ActivityFailedException ?? new ActivityFailedException(failure);
        }
    }

    /// <param name="cancellation">The process is about to stop: end at the next safe place.</param>
    protected abstract Task<TOutput> DoAsync(TInput input, CancellationToken cancellation);
}

internal static partial class RunActivityLog
{
    [LoggerMessage(LogLevel.Error, "A bug in Holdfast ended '{Activity}' of run {Run}")]
    public static partial void Bug(ILogger log, Exception exception, string activity, string run);
}
