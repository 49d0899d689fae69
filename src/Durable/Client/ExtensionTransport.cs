using System.Text.Json;
using Holdfast.Durable.CustomHandler;

namespace Holdfast.Durable.Client;

/// <summary>The connections to the Durable extension: one for the life of the process, since each invocation brings the addresses anew. Thread-safe.</summary>
public sealed class ExtensionTransport : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly JsonSerializerOptions json;
    private readonly HttpClient rpc;
    private readonly HttpClient http;

    /// <param name="json">Must resolve every input and event that is sent.</param>
    public ExtensionTransport(JsonSerializerOptions json)
    {
        this.json = json;
        rpc = Connections(throughProxy: false);
        http = Connections(throughProxy: true);
    }

    /// <param name="binding">What the invocation's <c>durableClient</c> input says.</param>
    /// <param name="startsByOutput">The function has a <c>durableClient</c> output binding, and its answer will carry <see cref="ExtensionClient.Start"/>.</param>
    public ExtensionClient Connect(DurableClientBinding binding, bool startsByOutput) => new(
        binding.RpcAddress is { } address ? new RpcManagement(new GrpcChannel(rpc, address, RpcManagement.Service, Metadata(binding)), json) : null,
        binding.HttpAddress is { } managed ? new HttpManagement(http, managed, binding.HttpQuery, json) : null,
        startsByOutput,
        json);

    public void Dispose()
    {
        rpc.Dispose();
        http.Dispose();
    }

    private static Dictionary<string, string> Metadata(DurableClientBinding binding)
    {
        var metadata = new Dictionary<string, string>();
        if (binding.TaskHub is { Length: > 0 } hub)
            metadata["durable-taskhub"] = hub;
        if (binding.Connection is { Length: > 0 } connection)
            metadata["durable-connectionname"] = connection;
        return metadata;
    }

    /// <summary>Redirects are off: they would carry the key elsewhere.</summary>
    private static HttpClient Connections(bool throughProxy) => new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = throughProxy,
    })
    {
        Timeout = Patience,
    };
}
