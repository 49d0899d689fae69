using DurableTask.Core.Exceptions;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TestKit.Functions.Durable;

/// <summary>
/// What the durable client of a worker asks the Durable extension, answered by another client. Payloads are JSON texts. Entities, restart
/// and rewind are left out.
/// </summary>
internal sealed class TaskHubEndpoint(DurableTaskClient client) : P.TaskHubSidecarService.TaskHubSidecarServiceBase
{
    public override async Task<P.CreateInstanceResponse> StartInstance(P.CreateInstanceRequest request, ServerCallContext context)
    {
        var options = new StartOrchestrationOptions(string.IsNullOrEmpty(request.InstanceId) ? null : request.InstanceId);
        try
        {
            return new()
            {
                InstanceId = await client.ScheduleNewOrchestrationInstanceAsync(
                    request.Name,
                    request.Input,
                    options,
                    context.CancellationToken
                ),
            };
        }
        catch (OrchestrationAlreadyExistsException exists)
        {
            throw new RpcException(new Status(StatusCode.AlreadyExists, exists.Message));
        }
        catch (ArgumentException invalid)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, invalid.Message));
        }
    }

    public override async Task<P.RaiseEventResponse> RaiseEvent(P.RaiseEventRequest request, ServerCallContext context)
    {
        await client.RaiseEventAsync(request.InstanceId, request.Name, request.Input, context.CancellationToken);
        return new();
    }

    public override async Task<P.TerminateResponse> TerminateInstance(P.TerminateRequest request, ServerCallContext context)
    {
        await client.TerminateInstanceAsync(
            request.InstanceId,
            new TerminateInstanceOptions(request.Output, request.Recursive),
            context.CancellationToken
        );
        return new();
    }

    public override async Task<P.SuspendResponse> SuspendInstance(P.SuspendRequest request, ServerCallContext context)
    {
        await client.SuspendInstanceAsync(request.InstanceId, request.Reason, context.CancellationToken);
        return new();
    }

    public override async Task<P.ResumeResponse> ResumeInstance(P.ResumeRequest request, ServerCallContext context)
    {
        await client.ResumeInstanceAsync(request.InstanceId, request.Reason, context.CancellationToken);
        return new();
    }

    public override async Task<P.GetInstanceResponse> GetInstance(P.GetInstanceRequest request, ServerCallContext context) =>
        Answer(await client.GetInstanceAsync(request.InstanceId, request.GetInputsAndOutputs, context.CancellationToken));

    public override async Task<P.GetInstanceResponse> WaitForInstanceStart(P.GetInstanceRequest request, ServerCallContext context) =>
        Answer(await client.WaitForInstanceStartAsync(request.InstanceId, request.GetInputsAndOutputs, context.CancellationToken));

    public override async Task<P.GetInstanceResponse> WaitForInstanceCompletion(P.GetInstanceRequest request, ServerCallContext context) =>
        Answer(await client.WaitForInstanceCompletionAsync(request.InstanceId, request.GetInputsAndOutputs, context.CancellationToken));

    public override async Task<P.QueryInstancesResponse> QueryInstances(P.QueryInstancesRequest request, ServerCallContext context)
    {
        var query = request.Query;
        var filter = new OrchestrationQuery(
            query.CreatedTimeFrom?.ToDateTimeOffset(),
            query.CreatedTimeTo?.ToDateTimeOffset(),
            Statuses(query.RuntimeStatus),
            null,
            query.InstanceIdPrefix,
            query.MaxInstanceCount,
            query.FetchInputsAndOutputs,
            query.ContinuationToken
        );
        await foreach (var page in client.GetAllInstancesAsync(filter).AsPages(query.ContinuationToken, query.MaxInstanceCount))
            return new() { OrchestrationState = { page.Values.Select(State) }, ContinuationToken = page.ContinuationToken };
        return new();
    }

    public override async Task<P.PurgeInstancesResponse> PurgeInstances(P.PurgeInstancesRequest request, ServerCallContext context)
    {
        var options = new PurgeInstanceOptions(request.Recursive);
        var filter = request.PurgeInstanceFilter;
        var purged = filter is null
            ? await client.PurgeInstanceAsync(request.InstanceId, options, context.CancellationToken)
            : await client.PurgeAllInstancesAsync(
                new PurgeInstancesFilter(
                    filter.CreatedTimeFrom?.ToDateTimeOffset(),
                    filter.CreatedTimeTo?.ToDateTimeOffset(),
                    Statuses(filter.RuntimeStatus)
                ),
                options,
                context.CancellationToken
            );
        return new() { DeletedInstanceCount = purged.PurgedInstanceCount, IsComplete = true };
    }

    private static IEnumerable<OrchestrationRuntimeStatus>? Statuses(IReadOnlyCollection<P.OrchestrationStatus> wanted) =>
        wanted.Count == 0 ? null : wanted.Select(status => (OrchestrationRuntimeStatus)status);

    private static P.GetInstanceResponse Answer(OrchestrationMetadata? instance) =>
        instance is null ? new() { Exists = false } : new() { Exists = true, OrchestrationState = State(instance) };

    private static P.OrchestrationState State(OrchestrationMetadata instance) =>
        new()
        {
            InstanceId = instance.InstanceId,
            Name = instance.Name,
            OrchestrationStatus = (P.OrchestrationStatus)instance.RuntimeStatus,
            CreatedTimestamp = instance.CreatedAt.ToTimestamp(),
            LastUpdatedTimestamp = instance.LastUpdatedAt.ToTimestamp(),
            Input = instance.SerializedInput,
            Output = instance.SerializedOutput,
            CustomStatus = instance.SerializedCustomStatus,
            FailureDetails = Details(instance.FailureDetails),
        };

    private static P.TaskFailureDetails? Details(TaskFailureDetails? failure) =>
        failure is null
            ? null
            : new()
            {
                ErrorType = failure.ErrorType,
                ErrorMessage = failure.ErrorMessage,
                StackTrace = failure.StackTrace,
                InnerFailure = Details(failure.InnerFailure),
            };
}
