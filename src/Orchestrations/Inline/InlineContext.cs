using Holdfast.Orchestrations.Failures;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Inline;

/// <summary>
/// An orchestrator's context without an engine: activities and sub-orchestrators are called at once, nothing is replayed, inputs and
/// results are passed as they are. Such a run receives no events, so that waiting for one lasts until it is given up; it is ended by its
/// cancellation token.
/// </summary>
internal sealed class InlineContext(InlineTasks tasks, string name, string instanceId, object? input, ParentOrchestrationInstance? parent)
    : TaskOrchestrationContext
{
    private int calls;

    public override TaskName Name => name;

    public override string InstanceId => instanceId;

    public override ParentOrchestrationInstance? Parent => parent;

    public override DateTime CurrentUtcDateTime => tasks.Time.GetUtcNow().UtcDateTime;

    public override bool IsReplaying => false;

    protected override ILoggerFactory LoggerFactory => tasks.Logging;

    public override T? GetInput<T>()
        where T : default => (T?)input;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallAsync<TResult>(name.Name, options, () => tasks.CallAsync(name.Name, InstanceId, input));

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? input = null,
        TaskOptions? options = null
    )
    {
        var id = (options as SubOrchestrationOptions)?.InstanceId ?? $"{InstanceId}:{calls + 1:x4}";
        return CallAsync<TResult>(
            orchestratorName.Name,
            options,
            () => tasks.RunAsync(orchestratorName.Name, id, input, new(Name, InstanceId))
        );
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var delay = fireAt.ToUniversalTime() - CurrentUtcDateTime;
        return WaitAsync(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        var never = new TaskCompletionSource<T>();
        cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
        return never.Task;
    }

    public override void SendEvent(string instanceId, string eventName, object payload) =>
        throw NotWithoutEngine("events between orchestrations");

    public override void SetCustomStatus(object? customStatus)
    {
        // it isn't shown anywhere
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        throw NotWithoutEngine("an orchestration that continues as new");

    public override Guid NewGuid() => throw NotWithoutEngine("replayable ids");

    /// <remarks>
    /// A failure once the run is cancelled was most likely caused by the cancellation and must not be reported as the task's. What a policy
    /// retries on can only be asked within an engine; all of Holdfast's retry on the same.
    /// </remarks>
    private async Task<TResult> CallAsync<TResult>(string task, TaskOptions? options, Func<Task<object?>> call)
    {
        var id = calls++;
        var policy = options?.Retry?.Policy;
        var pause = policy?.FirstRetryInterval ?? default;
        for (var attempt = 1; ; attempt++)
        {
            tasks.Cancellation.ThrowIfCancellationRequested();
            try
            {
                return (TResult)(await call())!;
            }
            catch (Exception fault)
            {
                tasks.Cancellation.ThrowIfCancellationRequested();
                var failed = new TaskFailedException(task, id, fault);
                if (policy is null || attempt >= policy.MaxNumberOfAttempts || !(Failure.CarriedBy(failed)?.IsTransient ?? true))
                    throw failed;
            }
            await WaitAsync(pause, tasks.Cancellation);
            pause = TimeSpan.FromTicks((long)Math.Min(policy.MaxRetryInterval.Ticks, pause.Ticks * policy.BackoffCoefficient));
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, tasks.Cancellation);
        await Task.Delay(delay, tasks.Time, either.Token);
    }

    private static NotSupportedException NotWithoutEngine(string what) =>
        new($"{what} need an engine, which a run on the command line doesn't have");
}
