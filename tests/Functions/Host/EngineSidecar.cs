using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Holdfast.Functions.Tests.Host;

/// <summary>The Durable extension's gRPC service over <see cref="DurableEngine"/>, as far as the app uses it. What it doesn't like it answers with a general error, as the extension does.</summary>
internal sealed class EngineSidecar : IAsyncDisposable
{
    private const string AlreadyExists = "6", Unknown = "2", Unimplemented = "12";

    private readonly WebApplication web;
    private readonly DurableEngine engine;

    private EngineSidecar(WebApplication web, DurableEngine engine) => (this.web, this.engine) = (web, engine);

    public Uri Address => new(web.Urls.Single());

    public static async Task<EngineSidecar> StartAsync(DurableEngine engine)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var sidecar = new EngineSidecar(builder.Build(), engine);
        sidecar.web.Run(sidecar.HandleAsync);
        await sidecar.web.StartAsync();
        return sidecar;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Response.ContentType = "application/grpc";
        try
        {
            var answer = Answer(http.Request.Path, body.ToArray()[5..]);
            var frame = new byte[5 + answer.CalculateSize()];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
            answer.WriteTo(frame.AsSpan(5));
            http.Response.DeclareTrailer("grpc-status");
            await http.Response.Body.WriteAsync(frame);
            http.Response.AppendTrailer("grpc-status", "0");
        }
        catch (RefusedException refused)
        {
            http.Response.Headers["grpc-status"] = refused.Status;
            http.Response.Headers["grpc-message"] = "Exception was thrown by handler.";
        }
    }

    private IMessage Answer(string path, byte[] request) => path switch
    {
        "/TaskHubSidecarService/StartInstance" => Start(CreateInstanceRequest.Parser.ParseFrom(request)),
        "/TaskHubSidecarService/GetInstance" => Get(GetInstanceRequest.Parser.ParseFrom(request)),
        "/TaskHubSidecarService/QueryInstances" => Query(QueryInstancesRequest.Parser.ParseFrom(request).Query),
        "/TaskHubSidecarService/RaiseEvent" => Raise(RaiseEventRequest.Parser.ParseFrom(request)),
        "/TaskHubSidecarService/TerminateInstance" => Terminate(TerminateRequest.Parser.ParseFrom(request)),
        "/TaskHubSidecarService/SuspendInstance" => Tell(SuspendRequest.Parser.ParseFrom(request).InstanceId, new() { ExecutionSuspended = new() }, new SuspendResponse()),
        "/TaskHubSidecarService/ResumeInstance" => Tell(ResumeRequest.Parser.ParseFrom(request).InstanceId, new() { ExecutionResumed = new() }, new ResumeResponse()),
        "/TaskHubSidecarService/RewindInstance" => Rewind(RewindInstanceRequest.Parser.ParseFrom(request)),
        _ => throw new RefusedException(Unimplemented),
    };

    private CreateInstanceResponse Start(CreateInstanceRequest request) =>
        engine.Start(request.Name, request.InstanceId, request.Input) ? new() { InstanceId = request.InstanceId } : throw new RefusedException(AlreadyExists);

    private GetInstanceResponse Get(GetInstanceRequest request) =>
        engine.Find(request.InstanceId) is { } found ? new() { Exists = true, OrchestrationState = State(found, request.GetInputsAndOutputs) } : new();

    private QueryInstancesResponse Query(InstanceQuery query)
    {
        var page = new QueryInstancesResponse();
        page.OrchestrationState.Add(engine.Instances.Select(instance => State(instance, query.FetchInputsAndOutputs)).Where(state => query.RuntimeStatus.Count == 0 || query.RuntimeStatus.Contains(state.OrchestrationStatus)));
        return page;
    }

    private IMessage Raise(RaiseEventRequest request) => Tell(request.InstanceId, new() { EventRaised = new() { Name = request.Name, Input = request.Input } }, new RaiseEventResponse());

    private IMessage Terminate(TerminateRequest request) => Tell(request.InstanceId, new() { ExecutionTerminated = new() { Input = request.Output } }, new TerminateResponse());

    private RewindInstanceResponse Rewind(RewindInstanceRequest request) => engine.Rewind(request.InstanceId, request.Reason) ? new() : throw new RefusedException(Unknown);

    private IMessage Tell(string id, HistoryEvent happened, IMessage answer) => engine.Tell(id, happened) ? answer : throw new RefusedException(Unknown);

    private static OrchestrationState State(EngineInstance instance, bool withTexts) => new()
    {
        InstanceId = instance.Id,
        Name = instance.Name,
        OrchestrationStatus = System.Enum.Parse<OrchestrationStatus>(instance.Status),
        CreatedTimestamp = Timestamp.FromDateTime(instance.Created),
        LastUpdatedTimestamp = Timestamp.FromDateTime(instance.Updated),
        Input = withTexts ? instance.Input : null,
        Output = withTexts ? instance.Output : null,
        CustomStatus = withTexts ? instance.CustomStatus : null,
    };

    private sealed class RefusedException(string status) : Exception
    {
        public string Status => status;
    }
}
