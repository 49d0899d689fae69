using System.Text.Json;
using Holdfast.TaskHub;
using Holdfast.TestKit.Functions.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Holdfast.TestKit.Functions.Durable;

/// <summary>
/// The embedded task hub as a host's engine: no storage emulator, and a crash of the worker is repaired in milliseconds. Another one over
/// the same file continues where this one stopped.
/// </summary>
/// <param name="path">The hub's file; null: in memory.</param>
public sealed class EmbeddedEngine(string? path = null) : IDurableEngine
{
    private EmbeddedHub? hub;
    private WebApplication? server;
    private ILoggerFactory? logging;

    public async Task<string> StartAsync(FunctionsHost host)
    {
        logging = LoggerFactory.Create(builder => builder.AddProvider(host.Log));
        hub = await EmbeddedHub.StartAsync(
            path,
            new WorkerExecutor(host),
            new RawJson(),
            new HubOptions(),
            TimeProvider.System,
            logging,
            default
        );
        server = await GrpcServer.StartAsync(new TaskHubEndpoint(hub.Client));
        return JsonSerializer.Serialize(
            new
            {
                rpcBaseUrl = server.Urls.Single(),
                taskHubName = "Embedded",
                connectionName = "",
                requiredQueryStringParameters = "",
                httpBaseUrl = "http://127.0.0.1:1/",
                maxGrpcMessageSizeInBytes = 4_194_304,
                grpcHttpClientTimeout = "\"00:01:40\"",
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (hub is not null)
            await hub.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        logging?.Dispose();
    }

    /// <summary>The worker's client serializes and deserializes: here payloads are JSON already.</summary>
    private sealed class RawJson : DataConverter
    {
        public override string? Serialize(object? value) => (string?)value;

        public override object? Deserialize(string? data, Type targetType) => data;
    }
}
