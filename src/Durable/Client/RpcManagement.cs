using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Client;

/// <summary>
/// The Durable extension's gRPC service. It answers calls for unknown or finished instances with a general error or not at all, depending on its version, so each looks at the instance first.
/// </summary>
/// <remarks>Throws <see cref="GrpcException"/> where the service isn't there, so that another way can be taken.</remarks>
internal sealed class RpcManagement(GrpcChannel channel, JsonSerializerOptions json) : IDurableClient
{
    public const string Service = "TaskHubSidecarService";
    private const int PageSize = 100;

    public async Task<bool> ScheduleNewOrchestrationInstanceAsync(string name, string instanceId, object? input, CancellationToken cancellation)
    {
        try
        {
            var request = new CreateInstanceRequest { InstanceId = instanceId, Name = name, Input = JsonPayload.WriteObject(input, json) };
            await CallAsync("StartInstance", request, CreateInstanceResponse.Parser, cancellation);
            return true;
        }
        catch (GrpcException refused) when (refused.Code is GrpcCode.AlreadyExists)
        {
            return false;
        }
        catch (GrpcException fault) when (!fault.IsNotThere)
        {
            throw Failure(fault);
        }
    }

    public Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation) => StateAsync(instanceId, withTexts: true, cancellation);

    public async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var page = await PageAsync(query, token, cancellation);
            foreach (var state in page.OrchestrationState)
                if (!InstanceStates.IsEntity(state.InstanceId))
                    yield return InstanceStates.Read(state);
            token = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(token));
    }

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellation) => ChangeAsync(
        instanceId, IsUnfinished, "RaiseEvent", new RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = JsonPayload.WriteObject(payload, json) }, RaiseEventResponse.Parser, cancellation);

    public Task<bool> TerminateInstanceAsync(string instanceId, string reason, CancellationToken cancellation) =>
        ChangeAsync(instanceId, IsUnfinished, "TerminateInstance", new TerminateRequest { InstanceId = instanceId, Output = reason }, TerminateResponse.Parser, cancellation);

    public Task<bool> SuspendInstanceAsync(string instanceId, string reason, CancellationToken cancellation) =>
        ChangeAsync(instanceId, IsUnfinished, "SuspendInstance", new SuspendRequest { InstanceId = instanceId, Reason = reason }, SuspendResponse.Parser, cancellation);

    public Task<bool> ResumeInstanceAsync(string instanceId, string reason, CancellationToken cancellation) =>
        ChangeAsync(instanceId, IsUnfinished, "ResumeInstance", new ResumeRequest { InstanceId = instanceId, Reason = reason }, ResumeResponse.Parser, cancellation);

    public Task<bool> RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => ChangeAsync(
        instanceId,
        static state => state.RuntimeStatus is OrchestrationRuntimeStatus.Failed,
        "RewindInstance", new RewindInstanceRequest { InstanceId = instanceId, Reason = reason }, RewindInstanceResponse.Parser, cancellation);

    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) =>
        ChangeAsync(instanceId, static state => state.IsFinished, "PurgeInstances", new PurgeInstancesRequest { InstanceId = instanceId }, PurgeInstancesResponse.Parser, cancellation);

    private static bool IsUnfinished(OrchestrationMetadata state) => !state.IsFinished;

    private async Task<bool> ChangeAsync<TResponse>(
        string instanceId, Predicate<OrchestrationMetadata> may, string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        if (await StateAsync(instanceId, withTexts: false, cancellation) is not { } state || !may(state))
            return false;
        try
        {
            var response = await CallAsync(method, request, parser, cancellation);
            return response is not PurgeInstancesResponse { DeletedInstanceCount: 0 };
        }
        catch (GrpcException refused) when (refused.Code is GrpcCode.NotFound or GrpcCode.FailedPrecondition)
        {
            return false;
        }
        catch (GrpcException fault) when (!fault.IsNotThere)
        {
            throw Failure(fault);
        }
    }

    private async Task<OrchestrationMetadata?> StateAsync(string instanceId, bool withTexts, CancellationToken cancellation)
    {
        try
        {
            var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = withTexts };
            var answer = await CallAsync("GetInstance", request, GetInstanceResponse.Parser, cancellation);
            return answer is { Exists: true, OrchestrationState: { } state } ? InstanceStates.Read(state) : null;
        }
        catch (GrpcException missing) when (missing.Code is GrpcCode.NotFound)
        {
            return null;
        }
        catch (GrpcException fault) when (!fault.IsNotThere)
        {
            throw Failure(fault);
        }
    }

    private async Task<QueryInstancesResponse> PageAsync(OrchestrationQuery query, string? token, CancellationToken cancellation)
    {
        var request = new InstanceQuery
        {
            CreatedTimeFrom = query.CreatedFrom is { } from ? Timestamp.FromDateTimeOffset(from) : null,
            CreatedTimeTo = query.CreatedTo is { } to ? Timestamp.FromDateTimeOffset(to) : null,
            InstanceIdPrefix = query.InstanceIdPrefix,
            FetchInputsAndOutputs = query.FetchInputsAndOutputs,
            MaxInstanceCount = PageSize,
            ContinuationToken = token,
        };
        request.RuntimeStatus.Add((query.Statuses ?? []).SelectMany(InstanceStates.ToEngine));
        try
        {
            return await CallAsync("QueryInstances", new QueryInstancesRequest { Query = request }, QueryInstancesResponse.Parser, cancellation);
        }
        catch (GrpcException fault) when (!fault.IsNotThere || token is not null)
        {
            throw Failure(fault);
        }
    }

    private Task<TResponse> CallAsync<TResponse>(string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse> => channel.CallAsync(method, request, parser, cancellation);

    private static DurableClientException Failure(GrpcException fault) =>
        new($"The Durable extension refused {fault.Message} ({fault.Code}).{(fault.IsTransient ? " It may be tried again." : "")}", fault.IsTransient, fault);
}
