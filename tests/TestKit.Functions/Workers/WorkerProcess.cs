using System.Diagnostics;
using Holdfast.TestKit.Functions.Protocol;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>
/// One process of a published app's isolated worker, started as the Functions host does it, with its functions indexed and loaded.
/// </summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private const string Unlimited = "2147483647";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60),
        Grace = TimeSpan.FromSeconds(5);
    private readonly WorkerChannel channel;
    private readonly Process process;
    private readonly Task exited;

    private WorkerProcess(Process process, WorkerChannel channel)
    {
        this.process = process;
        this.channel = channel;
        exited = WatchAsync();
    }

    public int ProcessId => process.Id;

    /// <summary>The functions by name; names compare without case, as the host does.</summary>
    public IReadOnlyDictionary<string, WorkerFunction> Functions { get; private set; } = new Dictionary<string, WorkerFunction>();

    /// <summary>Where the worker takes HTTP requests.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>How long it took from the process's start until every function was loaded.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Ends when the process has ended and its invocations have failed. Never fails.</summary>
    internal Task Exited => exited;

    internal static async Task<WorkerProcess> StartAsync(
        PublishedApp app,
        string hostAddress,
        WorkerRegister register,
        IEnumerable<KeyValuePair<string, string>> settings,
        HostLog log
    )
    {
        var clock = Stopwatch.StartNew();
        var id = Guid.NewGuid().ToString();
        var expected = register.Expect(id, log);
        var worker = new WorkerProcess(Launch(app, new Uri(hostAddress), id, settings, log), expected);
        try
        {
            await worker.LoadAsync(app).WaitAsync(StartLimit);
            worker.StartTime = clock.Elapsed;
            return worker;
        }
        catch
        {
            await worker.KillAsync();
            throw;
        }
    }

    internal Task<InvocationResponse> InvokeAsync(InvocationRequest request) => channel.InvokeAsync(request);

    /// <summary>SIGKILL, and the end of everything that it was running.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await exited;
    }

    /// <summary>Lets running invocations end for a while, asks the worker to terminate, and kills it if it doesn't.</summary>
    public async Task StopAsync()
    {
        await channel.DrainAsync(Grace);
        channel.AskToTerminate(Grace);
        await Task.WhenAny(exited, Task.Delay(Grace));
        await KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private async Task WatchAsync()
    {
        await process.WaitForExitAsync();
        channel.End(new WorkerProcessExitException(Path.GetFileName(process.StartInfo.FileName), process.ExitCode));
    }

    private async Task LoadAsync(PublishedApp app)
    {
        await channel.Connected;
        var init = await channel.AskAsync(
            new()
            {
                WorkerInitRequest = new()
                {
                    HostVersion = "4.1037.0",
                    WorkerDirectory = app.Folder,
                    FunctionAppDirectory = app.Folder,
                },
            }
        );
        Check(init.WorkerInitResponse.Result, "start");
        HttpAddress = init.WorkerInitResponse.Capabilities.TryGetValue("HttpUri", out var address) ? address : "";
        var index = await channel.AskAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = app.Folder } });
        Check(index.FunctionMetadataResponse.Result, "list its functions");
        var functions = index.FunctionMetadataResponse.FunctionMetadataResults;
        foreach (var function in functions)
        {
            var loaded = await channel.AskAsync(
                new()
                {
                    FunctionLoadRequest = new() { FunctionId = function.FunctionId, Metadata = function },
                }
            );
            Check(loaded.FunctionLoadResponse.Result, $"load {function.Name}");
        }
        Functions = functions
            .Select(function => new WorkerFunction(function))
            .ToDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
    }

    private static void Check(StatusResult result, string what)
    {
        if (result.Status != StatusResult.Types.Status.Success)
            throw new InvalidOperationException($"the worker couldn't {what}: {result.Exception?.Message} {result.Exception?.StackTrace}");
    }

    private static Process Launch(PublishedApp app, Uri host, string id, IEnumerable<KeyValuePair<string, string>> settings, HostLog log)
    {
        var start = new ProcessStartInfo(app.Executable)
        {
            WorkingDirectory = app.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in Arguments(app, host, id))
            start.ArgumentList.Add(argument);
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = app.Folder;
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Folder;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, line) => log.Add("worker stdout", line.Data ?? "(end)");
        started.ErrorDataReceived += (_, line) => log.Add("worker stderr", line.Data ?? "(end)");
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private static string[] Arguments(PublishedApp app, Uri host, string id) =>
        [
            app.WorkerPath,
            "--host",
            host.Host,
            "--port",
            $"{host.Port}",
            "--workerId",
            id,
            "--requestId",
            id,
            "--grpcMaxMessageLength",
            Unlimited,
            "--functions-uri",
            host.ToString(),
            "--functions-worker-id",
            id,
            "--functions-request-id",
            id,
            "--functions-grpc-max-message-length",
            Unlimited,
        ];
}
