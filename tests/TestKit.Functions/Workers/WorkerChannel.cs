using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Holdfast.TestKit.Functions.Protocol;
using Content = Holdfast.TestKit.Functions.Protocol.StreamingMessage.ContentOneofCase;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>
/// The conversation with one worker process: a request and its answer are matched by the request's id, an invocation by the invocation's.
/// Thread-safe.
/// </summary>
internal sealed class WorkerChannel(HostLog log)
{
    private readonly Channel<StreamingMessage> outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> requests = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> invocations = new();
    private readonly TaskCompletionSource connected = NewSource();
    private Exception? ended;

    public Task Connected => connected.Task;

    /// <summary>Serves the worker's stream until it or the host ends.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming,
        IServerStreamWriter<StreamingMessage> answers,
        CancellationToken cancellation
    )
    {
        connected.TrySetResult();
        var writing = WriteAsync(answers, cancellation);
        await foreach (var message in incoming.ReadAllAsync(cancellation))
            Receive(message);
        outgoing.Writer.TryComplete();
        await writing;
    }

    public async Task<StreamingMessage> AskAsync(StreamingMessage request)
    {
        request.RequestId = Guid.NewGuid().ToString();
        var answer = requests[request.RequestId] = NewSource<StreamingMessage>();
        Post(request);
        FailIfEnded(answer);
        return await answer.Task;
    }

    public async Task<InvocationResponse> InvokeAsync(InvocationRequest request)
    {
        var answer = invocations[request.InvocationId] = NewSource<InvocationResponse>();
        Post(new() { RequestId = request.InvocationId, InvocationRequest = request });
        FailIfEnded(answer);
        return await answer.Task;
    }

    public void AskToTerminate(TimeSpan grace) => Post(new() { WorkerTerminate = new() { GracePeriod = Duration.FromTimeSpan(grace) } });

    /// <summary>Waits until no invocation is running.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        var running = invocations.Values.Select(invocation => (Task)invocation.Task).ToList();
        await Task.WhenAny(Task.WhenAll(running), Task.Delay(limit));
    }

    /// <summary>Fails what the worker hasn't answered, and everything that is asked later.</summary>
    public void End(Exception reason)
    {
        ended = reason;
        connected.TrySetException(reason);
        foreach (var request in requests.Values)
            request.TrySetException(reason);
        foreach (var invocation in invocations.Values)
            invocation.TrySetException(reason);
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> answers, CancellationToken cancellation)
    {
        await foreach (var message in outgoing.Reader.ReadAllAsync(cancellation))
            await answers.WriteAsync(message, cancellation);
    }

    private void Post(StreamingMessage message) => outgoing.Writer.TryWrite(message);

    private void Receive(StreamingMessage message)
    {
        if (message.ContentCase == Content.RpcLog)
            log.Add(
                $"worker {message.RpcLog.Level} {message.RpcLog.Category}",
                $"{message.RpcLog.Message}{message.RpcLog.Exception?.Message}"
            );
        else if (
            message.ContentCase == Content.InvocationResponse
            && invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation)
        )
            invocation.TrySetResult(message.InvocationResponse);
        else if (requests.TryRemove(message.RequestId, out var request))
            request.TrySetResult(message);
    }

    private void FailIfEnded<T>(TaskCompletionSource<T> answer)
    {
        if (ended is { } reason)
            answer.TrySetException(reason);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
