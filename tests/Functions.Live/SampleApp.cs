using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Holdfast.TestKit.Functions;

namespace Holdfast.Functions.Live.Tests;

/// <summary>The sample worker's folder, and its HTTP functions as methods.</summary>
internal sealed class SampleApp(FunctionsHost host)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static string Folder { get; } =
        typeof(SampleApp)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(metadata => metadata.Key == "SampleWorker")
            .Value!;

    /// <summary>Returns the answer's status: an id in use is a conflict.</summary>
    public async Task<HttpStatusCode> StartAsync<T>(string orchestrator, string id, T input)
    {
        using var answer = await host.Http.PostAsJsonAsync($"api/start/{orchestrator}/{id}", input);
        return answer.StatusCode;
    }

    public async Task<Instance?> FindAsync(string id)
    {
        using var answer = await host.Http.GetAsync($"api/instances/{id}");
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Instance>();
    }

    public async Task ChangeAsync(string id, string verb)
    {
        using var answer = await host.Http.PostAsync($"api/instances/{id}/{verb}", content: null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<Instance> StatusAsync(string id, params string[] wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (Instance? last = null; ; last = await FindAsync(id))
        {
            if (last is not null && wanted.Contains(last.Status))
                return last;
            Assert.False(patience.IsCancellationRequested, $"{id} is {last?.Status} and not {string.Join(" or ", wanted)}\n{host.Log}");
            await Task.Delay(50);
        }
    }

    /// <summary>The result of an instance once it has completed; a failure shows what it failed with.</summary>
    public async Task<T?> ResultAsync<T>(string id)
    {
        var end = await StatusAsync(id, "Completed", "Failed", "Terminated");
        Assert.True(end.Status == "Completed", $"{id} is {end.Status}: {end.Output}");
        return JsonSerializer.Deserialize<T>(end.Output!, JsonSerializerOptions.Web);
    }

    /// <summary>Waits until processes have written this many lines to a file.</summary>
    public static async Task SignedAsync(string file, int times)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!File.Exists(file) || (await File.ReadAllLinesAsync(file)).Length < times)
            await Task.Delay(20, patience.Token);
    }

    internal sealed record Instance(string Status, string? Output, string? CustomStatus);

    internal sealed record SeenFailure(string Type, string Message);
}
