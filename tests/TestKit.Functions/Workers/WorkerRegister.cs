using System.Collections.Concurrent;
using Grpc.Core;
using Holdfast.TestKit.Functions.Protocol;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>The workers that were started, by id, for the stream that each opens.</summary>
internal sealed class WorkerRegister
{
    private readonly ConcurrentDictionary<string, WorkerChannel> expected = new();

    public WorkerChannel Expect(string id, HostLog log) => expected[id] = new WorkerChannel(log);

    public WorkerChannel? Take(string id) => expected.TryRemove(id, out var channel) ? channel : null;
}

/// <summary>The host's end of the stream: a worker's first message says which one it is.</summary>
internal sealed class FunctionRpcEndpoint(WorkerRegister register) : FunctionRpc.FunctionRpcBase
{
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context
    )
    {
        if (!await requestStream.MoveNext(context.CancellationToken))
            return;
        var channel =
            register.Take(requestStream.Current.StartStream?.WorkerId ?? "")
            ?? throw new Grpc.Core.RpcException(
                new Status(StatusCode.InvalidArgument, "the first message names no worker that was started")
            );
        await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
    }
}
