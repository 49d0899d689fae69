using System.Globalization;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Holdfast.TaskHub.Episodes;
using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub;

/// <summary>
/// The official client, on a hub in this process. It throws the same exceptions as the official client on the Functions extension, so that
/// callers work with either engine: starting an id that hasn't finished fails with <see cref="OrchestrationAlreadyExistsException"/>; an
/// event, a suspension, a resumption or a termination for an unknown instance is an <see cref="RpcException"/> of status <c>NotFound</c>,
/// for a finished one <c>FailedPrecondition</c>. A file that can't be used is a <see cref="HubException"/>, a hub that was stopped an
/// <see cref="ObjectDisposedException"/>. Disposing the client does nothing: its hub is stopped instead.
/// </summary>
/// <remarks>
/// Not supported, and refused: start times, tags and deduplication statuses at the start (an id is free again once its instance has
/// finished), entities, restarting and rewinding.
/// </remarks>
internal sealed class HubClient(HubWriter writer, HubEngine engine, IHubExecutor executor, DataConverter converter, TimeProvider time)
    : DurableTaskClient("hub")
{
    private const int PurgedAtOnce = 200;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        cancellation.ThrowIfCancellationRequested();
        if (options is { StartAt: not null } or { DedupeStatuses: not null } or { Tags.Count: > 0 })
            throw new NotSupportedException(
                "The embedded hub starts instances at once: it takes no start time, no tags and no deduplication statuses."
            );
        if (!executor.Knows(orchestratorName.Name))
            throw new ArgumentException($"This app has no orchestrator '{orchestratorName.Name}'.", nameof(orchestratorName));
        var id = options?.InstanceId ?? Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        if (InstanceIds.Fault(id) is { } fault)
            throw new ArgumentException($"'{id}' can't be the id of an instance: {fault}.", nameof(options));
        var started = new P.ExecutionStartedEvent
        {
            Name = orchestratorName.Name,
            Version = options?.Version?.Version,
            Input = converter.Serialize(input),
            OrchestrationInstance = new() { InstanceId = id },
        };
        if (await writer.Do(tables => InstanceStart.Add(tables, id, started, null, Now)) is not { } key)
            throw new OrchestrationAlreadyExistsException($"An orchestration instance with the id '{id}' exists and has not finished.");
        engine.Signal(key);
        return id;
    }

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var data = converter.Serialize(eventPayload);
        return SendAsync(instanceId, now => Messages.Raised(now, eventName, data), cancellation);
    }

    /// <summary>
    /// Its queued activities are dropped; the result of a running one is ignored. Sub-orchestrations are terminated only if
    /// <see cref="TerminateInstanceOptions.Recursive"/> is set.
    /// </summary>
    public override Task TerminateInstanceAsync(
        string instanceId,
        TerminateInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var output = converter.Serialize(options?.Output);
        return SendAsync(instanceId, now => Messages.Terminated(now, output, options?.Recursive ?? false), cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, now => Messages.Suspended(now, reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, now => Messages.Resumed(now, reason), cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    )
    {
        cancellation.ThrowIfCancellationRequested();
        return await FindAsync(instanceId) is { } found ? Metadata(found, getInputsAndOutputs) : null;
    }

    /// <summary>
    /// In the order of their creation. Without inputs and outputs there are no failure details, but the custom status is there as text.
    /// </summary>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new();
        return Pageable.Create(
            async (continuation, pageSize, cancellation) =>
            {
                cancellation.ThrowIfCancellationRequested();
                var after = (continuation ?? query.ContinuationToken) is { } token ? long.Parse(token, CultureInfo.InvariantCulture) : 0;
                var most = pageSize ?? query.PageSize;
                var wanted = InstanceFilter.Of(query.Statuses, query.CreatedFrom, query.CreatedTo);
                var page = await writer.Do(tables =>
                    tables.Views.Page(wanted, query.InstanceIdPrefix ?? "", query.FetchInputsAndOutputs, after, most)
                );
                var found = page.ConvertAll(row => Metadata(row.Instance, query.FetchInputsAndOutputs, row.Instance.CustomStatus));
                return new Page<OrchestrationMetadata>(
                    found,
                    page.Count < most ? null : page[^1].Key.ToString(CultureInfo.InvariantCulture)
                );
            }
        );
    }

    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="HubException">The hub was stopped before.</exception>
    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    )
    {
        var started = await WaitAsync(engine.Starts, view => view.Status != OrchestrationRuntimeStatus.Pending, instanceId, cancellation);
        return Metadata(started, getInputsAndOutputs);
    }

    /// <inheritdoc cref="WaitForInstanceStartAsync"/>
    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => Metadata(await WaitAsync(engine.Ends, view => view.IsFinished, instanceId, cancellation), getInputsAndOutputs);

    /// <summary>
    /// Forgets a finished instance and its history; its finished sub-orchestrations only if <see cref="PurgeInstanceOptions.Recursive"/>
    /// is set. Nothing is purged of an unknown id.
    /// </summary>
    /// <exception cref="InvalidOperationException">The instance has not finished.</exception>
    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        cancellation.ThrowIfCancellationRequested();
        var purged = await writer.Do(tables =>
            tables.Instances.ById(instanceId) switch
            {
                null => 0,
                { IsFinished: true } instance => Purge(tables, instance, options?.Recursive ?? false),
                _ => -1,
            }
        );
        return purged >= 0
            ? new(purged)
            : throw new InvalidOperationException($"'{instanceId}' has not finished: only finished instances can be purged.");
    }

    /// <summary>Forgets finished instances; unfinished ones are left alone whatever the filter says.</summary>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var recursive = options?.Recursive ?? false;
        var wanted = InstanceFilter.Of(filter.Statuses, filter.CreatedFrom, filter.CreatedTo);
        var total = 0;
        for (int purged; ; total += purged)
        {
            cancellation.ThrowIfCancellationRequested();
            purged = await writer.Do(tables =>
                tables.Instances.Finished(wanted, PurgedAtOnce).Sum(instance => Purge(tables, instance, recursive))
            );
            if (purged == 0)
                return new(total);
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long Now => time.GetUtcNow().UtcTicks;

    private Task<InstanceView?> FindAsync(string instanceId) => writer.Do(tables => tables.Views.Find(instanceId));

    private async Task<InstanceView> WaitAsync(
        InstanceWaits waits,
        Func<InstanceView, bool> reached,
        string instanceId,
        CancellationToken cancellation
    )
    {
        var found =
            await FindAsync(instanceId)
            ?? throw new ArgumentException($"There is no instance '{instanceId}' to wait for.", nameof(instanceId));
        if (reached(found))
            return found;
        var wait = waits.Of(instanceId);
        // It may have got there between the check and the wait.
        return await FindAsync(instanceId) is { } meanwhile && reached(meanwhile) ? meanwhile : await wait.WaitAsync(cancellation);
    }

    private async Task SendAsync(string instanceId, Func<long, P.HistoryEvent> message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var target = await writer.Do(tables =>
        {
            var instance = tables.Instances.ById(instanceId);
            if (instance is { IsFinished: false })
                tables.Inbox.Add(instance.Key, InboxRank.Arrival, null, message(Now));
            return instance;
        });
        if (target is null)
            throw new RpcException(new(StatusCode.NotFound, $"There is no instance '{instanceId}'."));
        if (target.IsFinished)
            throw new RpcException(new(StatusCode.FailedPrecondition, $"'{instanceId}' has finished: it is {target.Status}."));
        engine.Signal(target.Key);
    }

    private static int Purge(HubTables tables, InstanceRow instance, bool recursive)
    {
        var purged = 0;
        if (recursive)
        {
            var children = tables.Instances.Children(instance.Key).Where(child => child.IsFinished);
            purged += children.Sum(child => Purge(tables, child, recursive));
        }
        return tables.Drop(instance.Key) ? purged + 1 : purged;
    }

    /// <summary>Without payloads there is no converter either: reading one then throws, as it does on the other engine.</summary>
    private OrchestrationMetadata Metadata(InstanceView view, bool payloads, string? customStatus = null) =>
        new(view.Name, view.Id)
        {
            RuntimeStatus = view.Status,
            CreatedAt = new(view.Created, TimeSpan.Zero),
            LastUpdatedAt = new(view.Updated, TimeSpan.Zero),
            SerializedInput = payloads ? view.Input : null,
            SerializedOutput = payloads ? view.Output : null,
            SerializedCustomStatus = payloads ? view.CustomStatus : customStatus,
            FailureDetails = payloads ? Details(view.Failure) : null,
            DataConverter = payloads ? converter : null,
        };

    private static TaskFailureDetails? Details(P.TaskFailureDetails? failure) =>
        failure is null ? null : new(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, Details(failure.InnerFailure), null);
}
