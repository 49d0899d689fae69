using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.Durable.CustomHandler;

namespace Holdfast.Durable.Client;

/// <summary>
/// The Durable extension, for one invocation of a function: by gRPC on loopback, and by its HTTP management API where there is no gRPC. Made by <see cref="ExtensionTransport.Connect"/>. Its reading is
/// thread-safe; starts are for one thread.
/// </summary>
public sealed class ExtensionClient : IDurableClient
{
    private readonly RpcManagement? rpc;
    private readonly HttpManagement? http;
    private readonly bool startsByOutput;
    private readonly JsonSerializerOptions json;
    private volatile bool rpcIsGone;

    internal ExtensionClient(RpcManagement? rpc, HttpManagement? http, bool startsByOutput, JsonSerializerOptions json)
    {
        this.rpc = rpc;
        this.http = http;
        this.startsByOutput = startsByOutput;
        this.json = json;
    }

    /// <summary>The start that the answer of this invocation has to carry in its <c>durableClient</c> output; null: none.</summary>
    public OrchestrationStart? Start { get; private set; }

    /// <summary>
    /// The first start of an invocation that has an output binding for it is done by the host after the answer (<see cref="Start"/>): it costs no call, and fails the invocation where the id is taken meanwhile.
    /// Every further one is called for at once.
    /// </summary>
    public async Task<bool> ScheduleNewOrchestrationInstanceAsync(string name, string instanceId, object? input, CancellationToken cancellation)
    {
        if (Start?.InstanceId == instanceId)
            return false;
        if (!startsByOutput || Start is not null)
            return await EitherAsync(way => way.ScheduleNewOrchestrationInstanceAsync(name, instanceId, input, cancellation));
        if (await IsTakenAsync(instanceId, cancellation))
            return false;
        Start = new(name, instanceId, JsonPayload.WriteObject(input, json));
        return true;
    }

    public Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation) => EitherAsync(way => way.GetInstanceAsync(instanceId, cancellation));

    public async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var pages = await EitherAsync(async way =>
        {
            var instances = way.GetAllInstancesAsync(query, cancellation).GetAsyncEnumerator(cancellation);
            return (Instances: instances, Any: await instances.MoveNextAsync()) is { Any: true } begun ? begun.Instances : null;
        });
        if (pages is null)
            yield break;
        do
            yield return pages.Current;
        while (await pages.MoveNextAsync());
    }

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellation) =>
        EitherAsync(way => way.RaiseEventAsync(instanceId, eventName, payload, cancellation));

    public Task<bool> TerminateInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => EitherAsync(way => way.TerminateInstanceAsync(instanceId, reason, cancellation));

    public Task<bool> SuspendInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => EitherAsync(way => way.SuspendInstanceAsync(instanceId, reason, cancellation));

    public Task<bool> ResumeInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => EitherAsync(way => way.ResumeInstanceAsync(instanceId, reason, cancellation));

    public Task<bool> RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => EitherAsync(way => way.RewindInstanceAsync(instanceId, reason, cancellation));

    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) => EitherAsync(way => way.PurgeInstanceAsync(instanceId, cancellation));

    /// <summary>A start by output must not fail for want of an answer here: the host itself looks again.</summary>
    private async Task<bool> IsTakenAsync(string instanceId, CancellationToken cancellation)
    {
        try
        {
            return await GetInstanceAsync(instanceId, cancellation) is { IsFinished: false };
        }
        catch (DurableClientException)
        {
            return false;
        }
    }

    private async Task<T> EitherAsync<T>(Func<IDurableClient, Task<T>> call)
    {
        if (rpc is not null && !rpcIsGone)
            try
            {
                return await call(rpc);
            }
            catch (GrpcException fault) when (http is null)
            {
                throw new DurableClientException($"The Durable extension can't be reached by gRPC, and gave no HTTP address: {fault.Message}", isTransient: true, fault);
            }
            catch (GrpcException)
            {
                rpcIsGone = true;
            }
        return http is null
            ? throw new DurableClientException("The host gave no address of the Durable extension: the function's durableClient input has neither rpcBaseUrl nor httpBaseUrl.", isTransient: false)
            : await call(http);
    }
}
