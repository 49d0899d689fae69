using System.Buffers.Binary;
using Google.Protobuf;
using Holdfast.Durable.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Tests.Client;

/// <summary>A gRPC server without TLS that behaves as the extension's does: general errors for what it doesn't like, statuses in trailers, or in the headers of an empty answer.</summary>
internal sealed class GrpcSidecar : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Dictionary<string, Func<byte[], IMessage>> methods = new(StringComparer.Ordinal);

    private GrpcSidecar(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    public List<string> Calls { get; } = [];

    public List<OrchestrationState> Instances { get; } = [];

    /// <summary>Bytes that every answer ends too early by.</summary>
    public int CutBy { get; set; }

    public string? TaskHub { get; private set; }

    public static async Task<GrpcSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var sidecar = new GrpcSidecar(builder.Build());
        sidecar.Answer();
        sidecar.app.Run(sidecar.HandleAsync);
        await sidecar.app.StartAsync();
        return sidecar;
    }

    public void On<TRequest>(string method, MessageParser<TRequest> parser, Func<TRequest, IMessage> answer)
        where TRequest : IMessage<TRequest> => methods[method] = bytes => answer(parser.ParseFrom(bytes));

    public OrchestrationState? Find(string id) => Instances.Find(instance => instance.InstanceId == id);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Answer()
    {
        On("StartInstance", CreateInstanceRequest.Parser, request =>
        {
            if (Find(request.InstanceId) is not null)
                throw new Refusal(6, "An Orchestration instance with the ID already exists.");
            Instances.Add(new() { InstanceId = request.InstanceId, Name = request.Name, Input = request.Input, OrchestrationStatus = OrchestrationStatus.Pending });
            return new CreateInstanceResponse { InstanceId = request.InstanceId };
        });
        On("GetInstance", GetInstanceRequest.Parser, request =>
            Find(request.InstanceId) is { } found ? new GetInstanceResponse { Exists = true, OrchestrationState = found } : new GetInstanceResponse());
        On("QueryInstances", QueryInstancesRequest.Parser, request => Page(request.Query));
        On("TerminateInstance", TerminateRequest.Parser, request => Set(request.InstanceId, OrchestrationStatus.Terminated, new TerminateResponse()));
        On("SuspendInstance", SuspendRequest.Parser, request => Set(request.InstanceId, OrchestrationStatus.Suspended, new SuspendResponse()));
        On("ResumeInstance", ResumeRequest.Parser, request => Set(request.InstanceId, OrchestrationStatus.Running, new ResumeResponse()));
        On("RewindInstance", RewindInstanceRequest.Parser, request => Set(request.InstanceId, OrchestrationStatus.Running, new RewindInstanceResponse()));
        On("RaiseEvent", RaiseEventRequest.Parser, request => Set(request.InstanceId, OrchestrationStatus.Running, new RaiseEventResponse()));
        On("PurgeInstances", PurgeInstancesRequest.Parser, request => new PurgeInstancesResponse { DeletedInstanceCount = Instances.RemoveAll(one => one.InstanceId == request.InstanceId) });
    }

    private IMessage Set(string id, OrchestrationStatus status, IMessage answer)
    {
        (Find(id) ?? throw new Refusal(2, "Exception was thrown by handler.")).OrchestrationStatus = status;
        return answer;
    }

    /// <summary>Two a page.</summary>
    private QueryInstancesResponse Page(InstanceQuery query)
    {
        var skip = query.ContinuationToken is { } token ? int.Parse(token) : 0;
        var matching = Instances.Where(one => query.RuntimeStatus.Count == 0 || query.RuntimeStatus.Contains(one.OrchestrationStatus)).ToList();
        var page = new QueryInstancesResponse { ContinuationToken = skip + 2 < matching.Count ? (skip + 2).ToString() : null };
        page.OrchestrationState.Add(matching.Skip(skip).Take(2));
        return page;
    }

    private async Task HandleAsync(HttpContext context)
    {
        var method = context.Request.Path.Value!.Split('/')[^1];
        Calls.Add(method);
        TaskHub = context.Request.Headers["durable-taskhub"];
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentType = "application/grpc";
        try
        {
            if (!context.Request.Path.StartsWithSegments("/TaskHubSidecarService", StringComparison.Ordinal) || !methods.TryGetValue(method, out var answer))
                throw new Refusal(12, "");
            await WriteAsync(context, answer(body.ToArray()[5..]));
        }
        catch (Refusal refusal)
        {
            context.Response.Headers["grpc-status"] = refusal.Code.ToString();
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(refusal.Message);
        }
    }

    private async Task WriteAsync(HttpContext context, IMessage message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        message.WriteTo(frame.AsSpan(5));
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(frame.AsMemory(0, frame.Length - CutBy));
        context.Response.AppendTrailer("grpc-status", "0");
    }

    public sealed class Refusal(int code, string message) : Exception(message)
    {
        public int Code => code;
    }
}
