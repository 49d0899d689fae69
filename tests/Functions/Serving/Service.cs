using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Running;

namespace Holdfast.Functions.Tests.Serving;

/// <summary>The app that runs by itself, as a process.</summary>
internal sealed class Service : IDisposable
{
    private readonly StringBuilder said = new();
    private readonly HttpClient client = new();

    private Service(Process process) => Process = process;

    public Process Process { get; }

    public Uri Url { get; private set; } = null!;

    public string TokenFile { get; private set; } = "";

    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <summary>Starts it on a data folder, and waits until it says where it listens.</summary>
    public static async Task<Service> StartAsync(string data, params (string Name, string Value)[] settings)
    {
        var service = new Service(Begin(data, settings));
        service.Process.ErrorDataReceived += (_, line) => service.Say(line.Data);
        service.Process.BeginErrorReadLine();
        var line = await service.Process.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        Assert.True(line is not null, service.Said);
        var where = JsonNode.Parse(line)!;
        (service.Url, service.TokenFile) = (new((string)where["url"]!), (string)where["tokenFile"]!);
        service.client.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(service.TokenFile)).Trim());
        return service;
    }

    /// <summary>Starts it, and gives what it ends with.</summary>
    public static async Task<(int Exit, string Error)> RunAsync(string data, params (string Name, string Value)[] settings)
    {
        using var process = Begin(data, settings);
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        return (process.ExitCode, await error);
    }

    public async Task<(int Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Registers a cluster that a kubeconfig leads to.</summary>
    public async Task RegisterAsync(string name, string kubeconfig)
    {
        var registration = new JsonObject
        {
            ["version"] = 1,
            ["name"] = name,
            ["authentication"] = new JsonObject { ["kubeconfig"] = new JsonObject { ["path"] = kubeconfig } },
        };
        Assert.Equal(201, (await SendAsync(HttpMethod.Put, $"/api/clusters/{name}", registration.ToJsonString())).Status);
    }

    /// <summary>Waits until a run has ended, and gives its report.</summary>
    public async Task<JsonNode> ReportAsync(string run)
    {
        for (var attempt = 0; attempt < 1200; attempt++)
        {
            if (await SendAsync(HttpMethod.Get, $"/api/runs/{run}/report") is { Status: 200 } report)
                return report.Body!;
            await Task.Delay(100);
        }
        throw new TimeoutException($"run {run} doesn't end\n{Said}");
    }

    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(string signal)
    {
        await Signals.SendAsync(Process, signal);
        await Process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
        client.Dispose();
    }

    private static Process Begin(string data, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "holdfast-app"), ["serve", "--json"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in (string[])["HOLDFAST_VAULT", "HOLDFAST_CONTROL", "AZURE_STORAGE_CONNECTION_STRING"])
            start.Environment.Remove(name);
        start.Environment["HOLDFAST_DATA"] = data;
        start.Environment["HOLDFAST_PORT"] = "0";
        // the clusters of tests are on this machine, and their kubeconfigs in its temporary folder
        start.Environment["HOLDFAST_CREDENTIAL_FOLDERS"] = "/";
        start.Environment["HOLDFAST_ALLOW_LOCAL_ENDPOINTS"] = "true";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private void Say(string? line)
    {
        lock (said)
            said.AppendLine(line);
    }
}
