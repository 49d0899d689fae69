using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Host;

/// <summary>
/// Acts as an Azure Functions host towards its custom handler: starts the executable with a host's environment, waits for it as a host does, posts each trigger's payload as a host encodes it, and takes
/// answers by a host's rules.
/// </summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromMinutes(5) };
    private readonly Dictionary<string, string> settings;
    private readonly StringBuilder said = new();
    private Process? process;

    private FunctionsHost(HostedApp app, IReadOnlyDictionary<string, string> settings)
    {
        App = app;
        this.settings = new(settings);
        Port = FreePort();
    }

    public HostedApp App { get; }

    public int Port { get; }

    /// <summary>Where the app finds the engine's gRPC service; null: a host without one.</summary>
    public Uri? Sidecar { get; set; }

    /// <summary>Where the app finds the engine's management API.</summary>
    public Uri? Management { get; set; }

    /// <summary>Everything that the app printed.</summary>
    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    public static async Task<FunctionsHost> StartAsync(HostedApp app, IReadOnlyDictionary<string, string> settings)
    {
        var host = new FunctionsHost(app, settings);
        await host.StartHandlerAsync();
        return host;
    }

    /// <summary>Starts the handler (again) and waits for any answer to <c>GET /</c>.</summary>
    public async Task StartHandlerAsync()
    {
        var start = new ProcessStartInfo(App.Executable) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = App.Folder };
        foreach (var (name, value) in settings.Concat(OfHost()))
            start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Say(line.Data);
        process.ErrorDataReceived += (_, line) => Say(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromMinutes(1);)
        {
            Assert.False(process.HasExited, $"the handler ended while it started:\n{Said}");
            try
            {
                using var answer = await client.GetAsync($"http://127.0.0.1:{Port}/");
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(25);
            }
        }
        Assert.Fail($"the handler didn't answer within a minute:\n{Said}");
    }

    /// <summary>As a crash, or the out-of-memory killer, ends it.</summary>
    public async Task KillHandlerAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Asks it to stop, and gives its exit code once it has.</summary>
    public async Task<int> StopHandlerAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        return process.ExitCode;
    }

    public void Terminate() => Process.Start("kill", ["-TERM", process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!.WaitForExit();

    /// <summary>Calls a function as its function.json declares it: a value for each binding that goes in, and of the outputs those that are declared.</summary>
    /// <exception cref="InvocationFailedException">The function failed, for a host.</exception>
    public async Task<JsonObject> InvokeAsync(string function, JsonObject data, JsonObject? metadata = null)
    {
        Assert.Equal(App.Names(function, "in"), data.Select(d => d.Key).Order(StringComparer.Ordinal));
        var answer = await PostAsync(function, data, metadata);
        HostAnswers.Declared(answer, App, function);
        return answer;
    }

    /// <summary>Posts whatever it is given, declared or not.</summary>
    /// <exception cref="InvocationFailedException">The function failed, for a host.</exception>
    public async Task<JsonObject> PostAsync(string function, JsonObject data, JsonObject? metadata = null)
    {
        var body = new JsonObject { ["Data"] = data, ["Metadata"] = metadata ?? new JsonObject() };
        body["Metadata"]!["sys"] = new JsonObject { ["MethodName"] = function, ["UtcNow"] = "2026-11-22T06:15:50.9360629Z", ["RandGuid"] = "068572fb-93f1-4d5d-adcb-1e2f47afd603" };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Port}/{function}") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body.ToJsonString()))) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("X-Azure-Functions-HostVersion", "4.1037.0.0");
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        request.Headers.Add("User-Agent", "Azure-Functions-Host/4.1037.0.0");
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request);
        }
        catch (HttpRequestException broken)
        {
            throw new InvocationFailedException("An error occurred while sending the request.", broken);
        }
        using (response)
            return await HostAnswers.TakeAsync(response);
    }

    public static JsonObject Orchestration(byte[] request) => new() { ["context"] = Twice(Convert.ToBase64String(request)) };

    /// <summary>A value that is a string for the host: on the wire, a string that holds a JSON string.</summary>
    public static string Twice(string value) => JsonSerializer.Serialize(value);

    public JsonObject WithClient(JsonObject data)
    {
        data["client"] = Twice(new JsonObject
        {
            ["taskHubName"] = "TestHub",
            ["connectionName"] = null,
            ["creationUrls"] = null,
            ["managementUrls"] = null,
            ["baseUrl"] = null,
            ["requiredQueryStringParameters"] = "code=SYSTEMKEY",
            ["rpcBaseUrl"] = Sidecar?.ToString(),
            ["httpBaseUrl"] = Management?.ToString(),
            ["maxGrpcMessageSizeInBytes"] = 4194304,
            ["grpcHttpClientTimeout"] = "\"00:01:40\"",
        }.ToJsonString());
        return data;
    }

    /// <summary>An HTTP request as a function without forwarding gets it.</summary>
    public JsonObject Http(string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        var all = new JsonObject { ["Host"] = new JsonArray("app.example.org"), ["X-Forwarded-For"] = new JsonArray("198.51.100.7:1234") };
        foreach (var (name, value) in headers)
            all[name] = new JsonArray(value);
        var request = new JsonObject
        {
            ["Url"] = $"https://{all["Host"]![0]}{path}",
            ["Method"] = method,
            ["Query"] = new JsonObject(),
            ["Headers"] = all,
            ["Params"] = new JsonObject { ["path"] = path["/api/".Length..] },
            ["Identities"] = new JsonArray(),
        };
        if (body is not null)
        {
            all["Content-Type"] = new JsonArray("application/json");
            request["Body"] = body;
        }
        return WithClient(new() { ["req"] = request });
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
            await KillHandlerAsync();
        process?.Dispose();
        client.Dispose();
    }

    /// <summary>What a host hands down; the addresses are its own.</summary>
    private Dictionary<string, string> OfHost() => new()
    {
        ["FUNCTIONS_CUSTOMHANDLER_PORT"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = Guid.NewGuid().ToString(),
        ["FUNCTIONS_HTTPWORKER_PORT"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["FUNCTIONS_HTTPWORKER_ID"] = Guid.NewGuid().ToString(),
        ["FUNCTIONS_APP_ROOT_PATH"] = App.Folder,
        ["AzureWebJobsScriptRoot"] = App.Folder,
        ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
        ["FUNCTIONS_WORKER_RUNTIME"] = "custom",
        ["FUNCTIONS_EXTENSION_VERSION"] = "~4",
        ["WEBSITE_HOSTNAME"] = "app.example.org",
        ["ASPNETCORE_URLS"] = "http://+:80",
        ["ASPNETCORE_SUPPRESSSTATUSMESSAGES"] = "true",
    };

    private void Say(string? line)
    {
        lock (said)
            said.AppendLine(line);
    }

    private static int FreePort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }
}

internal sealed class InvocationFailedException(string message, Exception? inner = null) : Exception(message, inner);
