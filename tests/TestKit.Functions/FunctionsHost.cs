using Holdfast.TestKit.Functions.Durable;
using Holdfast.TestKit.Functions.Http;
using Holdfast.TestKit.Functions.Protocol;
using Holdfast.TestKit.Functions.Workers;
using Microsoft.AspNetCore.Builder;

namespace Holdfast.TestKit.Functions;

/// <summary>
/// Plays the Azure Functions host to the worker process of a published app: over gRPC as the host does, with HTTP on a port of its own,
/// timers fired on demand, and a durable engine of the test's choice. A worker that ends is replaced; what it was running fails.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private readonly IDurableEngine engine;
    private readonly WorkerRegister register = new();
    private WebApplication? rpc,
        front;
    private RestartedWorker? workers;
    private string durableClient = "";

    private FunctionsHost(FunctionsHostOptions options, IDurableEngine engine)
    {
        App = new PublishedApp(options.App);
        Log = options.Log;
        this.engine = engine;
    }

    public PublishedApp App { get; }

    public HostLog Log { get; }

    /// <summary>Calls the app's HTTP functions; its base address is the host's own, without the route prefix.</summary>
    public HttpClient Http { get; private set; } = new();

    /// <summary>The functions that the worker declared.</summary>
    public IReadOnlyDictionary<string, WorkerFunction> Functions { get; private set; } = new Dictionary<string, WorkerFunction>();

    /// <summary>Returns when the worker runs, HTTP is served and the engine works on what its store holds.</summary>
    public static async Task<FunctionsHost> StartAsync(FunctionsHostOptions options, IDurableEngine engine)
    {
        var host = new FunctionsHost(options, engine);
        try
        {
            await host.StartAsync(options);
            return host;
        }
        catch (Exception failure)
        {
            await host.DisposeAsync();
            throw new InvalidOperationException($"the host didn't start: {failure.Message}\n{host.Log}", failure);
        }
    }

    /// <summary>The worker process that runs now; waits for a new one while none does.</summary>
    public Task<WorkerProcess> WorkerAsync() => workers!.CurrentAsync();

    /// <summary>Kills the worker with SIGKILL and returns when its successor has loaded the functions.</summary>
    public Task KillWorkerAsync() => workers!.KillAsync();

    /// <summary>Runs a timer's function now. A function that fails throws <see cref="WorkerInvocationException"/>.</summary>
    public async Task FireTimerAsync(string function, bool pastDue = false)
    {
        var json = $$"""{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":{{(pastDue ? "true" : "false")}}}""";
        await InvokeAsync(Functions[function], new TypedData { Json = json }, instanceId: null);
    }

    /// <summary>Runs one episode: an OrchestratorRequest in base64, answered by an OrchestratorResponse in base64.</summary>
    public async Task<string> RunOrchestratorAsync(string function, string request)
    {
        var answer = await InvokeAsync(Functions[function], new TypedData { String = request }, instanceId: null);
        return answer?.String ?? throw new InvalidOperationException($"the worker answered no episode of {function}");
    }

    /// <summary>Runs an activity: its input and result are JSON, null for none.</summary>
    public async Task<string?> RunActivityAsync(string function, string instanceId, string? input)
    {
        var answer = await InvokeAsync(Functions[function], new TypedData { String = input ?? "null" }, instanceId);
        return Invocation.Json(answer);
    }

    /// <summary>
    /// As a host that is stopped by the platform: the engine stops, running invocations get a few seconds, the worker is asked to
    /// terminate.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (front is not null)
            await front.DisposeAsync();
        await engine.DisposeAsync();
        if (workers is not null)
            await workers.DisposeAsync();
        if (rpc is not null)
            await rpc.DisposeAsync();
    }

    internal InvocationRequest Request(WorkerFunction function, TypedData trigger) => Invocation.Of(function, trigger, durableClient);

    private async Task StartAsync(FunctionsHostOptions options)
    {
        rpc = await GrpcServer.StartAsync(new FunctionRpcEndpoint(register));
        var address = rpc.Urls.Single();
        workers = new RestartedWorker(() => WorkerProcess.StartAsync(App, address, register, options.Settings, Log));
        Functions = (await workers.CurrentAsync()).Functions;
        durableClient = await engine.StartAsync(this);
        front = await HttpFront.StartAsync(this);
        Http.BaseAddress = new Uri(front.Urls.Single());
    }

    private async Task<TypedData?> InvokeAsync(WorkerFunction function, TypedData trigger, string? instanceId)
    {
        var request = Request(function, trigger);
        if (instanceId is not null)
            request.TriggerMetadata["instanceId"] = new TypedData { String = instanceId };
        var worker = await WorkerAsync();
        var answer = await worker.InvokeAsync(request);
        if (answer.Result.Status != StatusResult.Types.Status.Success)
            throw new WorkerInvocationException(answer.Result);
        return answer.ReturnValue;
    }
}
