using System.Security.Cryptography;
using System.Text;
using Holdfast.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Replay;

/// <summary>What an orchestrator sees of its episode. Everything that it asks for becomes a <see cref="Decision"/>; nothing is done here.</summary>
internal sealed class ReplayContext(string instanceId, ExecutionStartedEvent start, DurableRegistry registry, ILoggerFactory logging, OrchestratorThread thread, Decisions decisions, ExternalEvents events)
    : OrchestrationContext
{
    /// <summary>An engine's single timer may be limited to 7 days; longer ones are made of several.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(6);
    private static readonly TimeSpan PartOfLongTimer = TimeSpan.FromDays(3);

    private int ids;
    private object? customStatus;
    private string? customStatusText;

    public override string Name => start.Name;
    public override string InstanceId => instanceId;
    public override ParentOrchestrationInstance? Parent { get; } =
        start.ParentInstance is { OrchestrationInstance: { } caller } parent ? new(parent.Name ?? "", caller.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => Now;
    public override bool IsReplaying => Replaying;

    public DateTime Now { get; set; }
    public bool Replaying { get; set; }

    /// <summary>Set once the orchestrator asked to start anew.</summary>
    public (string? Input, bool KeepsEvents)? StartsAnew { get; private set; }

    public override T? GetInput<T>() where T : default => JsonPayload.Read<T>(start.Input, registry.Json);

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, TaskOptions? options = null)
    {
        thread.Verify();
        return options?.Retry is { } retry ? Retries.RunAsync(this, retry, () => Activity<T>(name, input)) : Activity<T>(name, input);
    }

    public override Task<T> CallSubOrchestratorAsync<T>(string name, object? input = null, TaskOptions? options = null)
    {
        thread.Verify();
        return options?.Retry is { } retry
            ? Retries.RunAsync(this, retry, () => SubOrchestration<T>(name, input, options.InstanceId))
            : SubOrchestration<T>(name, input, options?.InstanceId);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        thread.Verify();
        var utc = fireAt.Kind is DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        return utc - Now <= LongestTimer ? Timer(utc, cancellationToken) : LongTimer(utc, cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        thread.Verify();
        var source = new TaskCompletionSource<T>();
        var wait = new EventWait<T>(eventName, source, registry);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        if (events.Take(eventName) is { } kept)
        {
            wait.Deliver(kept.EventRaised.Input);
            return source.Task;
        }
        events.Wait(wait);
        cancellationToken.Register(() =>
        {
            thread.Verify();
            events.Forget(wait);
            OrchestratorThread.Complete((source, cancellationToken), static given => given.source.TrySetCanceled(given.cancellationToken));
        });
        return source.Task;
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var raised = WaitForExternalEvent<T>(eventName, giveUp.Token);
        if (raised.IsCompleted || timeout == Timeout.InfiniteTimeSpan)
            return await raised;
        using var cameInTime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (await Task.WhenAny(raised, CreateTimer(timeout, cameInTime.Token)) == raised)
        {
            Cancel(cameInTime);
            return await raised;
        }
        cancellationToken.ThrowIfCancellationRequested();
        Cancel(giveUp);
        throw new TaskCanceledException($"No event '{eventName}' came within {timeout}.");
    }

    public override void SendEvent(string instanceId, string eventName, object? payload)
    {
        thread.Verify();
        decisions.Add(new SentEvent(decisions.Next, eventName), () => new OrchestratorAction
        {
            Id = decisions.Next,
            SendEvent = new() { Instance = new() { InstanceId = instanceId }, Name = eventName, Data = Text(payload) },
        });
    }

    /// <remarks>While replaying, the text is written only if it turns out to be the last one.</remarks>
    public override void SetCustomStatus(object? customStatus)
    {
        thread.Verify();
        this.customStatus = customStatus;
        customStatusText = Replaying ? null : Text(customStatus);
    }

    public string? CustomStatusText => customStatusText ?? Text(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        thread.Verify();
        StartsAnew = (Text(newInput), preserveUnprocessedEvents);
    }

    /// <remarks>Of the instance, the time and a counter, hashed: version 8 of RFC 9562.</remarks>
    public override Guid NewGuid()
    {
        thread.Verify();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{instanceId}|{Now.Ticks}|{ids++}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(logging.CreateLogger(categoryName), this);

    private Task<T> Activity<T>(string name, object? input)
    {
        var text = new Lazy<string?>(() => Text(input));
        var source = new TaskCompletionSource<T>();
        Ask(source);
        return source.Task;

        void Ask(TaskCompletionSource<T> waiting)
        {
            var id = decisions.Next;
            decisions.Add(
                new CalledTask<T>(id, DecisionKind.Activity, name, waiting, registry, Ask),
                () => new OrchestratorAction { Id = id, ScheduleTask = new() { Name = name, Input = text.Value } });
        }
    }

    private Task<T> SubOrchestration<T>(string name, object? input, string? childId)
    {
        var id = decisions.Next;
        var source = new TaskCompletionSource<T>();
        decisions.Add(new CalledTask<T>(id, DecisionKind.SubOrchestration, name, source, registry), () => new OrchestratorAction
        {
            Id = id,
            CreateSubOrchestration = new() { InstanceId = string.IsNullOrEmpty(childId) ? $"{instanceId}:{id:x4}" : childId, Name = name, Input = Text(input) },
        });
        return source.Task;
    }

    private Task Timer(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var id = decisions.Next;
        var source = new TaskCompletionSource();
        decisions.Add(new Timer(id, source), () => new OrchestratorAction { Id = id, CreateTimer = new() { FireAt = EpisodeAnswer.Time(fireAt) } });
        if (cancellationToken.CanBeCanceled)
            cancellationToken.Register(() => OrchestratorThread.Complete((source, cancellationToken), static given => given.source.TrySetCanceled(given.cancellationToken)));
        return source.Task;
    }

    private async Task LongTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        while (fireAt - Now > LongestTimer)
            await Timer(Now + PartOfLongTimer, cancellationToken);
        await Timer(fireAt, cancellationToken);
    }

    /// <summary>At once and on this thread, unlike CancelAsync.</summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private string? Text(object? value) => JsonPayload.WriteObject(value, registry.Json);
}
